import KeelGuardian
import Testing

/// Walks all states of care that can be reached, by every kind of message in every one of them.
@Suite struct CareExplorerTests {
    private struct Step {
        var from: Care
        var reading: RiskReading
        var to: Care
        var moves: [Move]
    }

    /// One reading for each thing that care looks at: the level, whose life it is about, and what is new.
    private static let readings: [RiskReading] = {
        func evidence(_ kinds: [SignKind]) -> [RiskReading.Evidence] {
            kinds.map { .init(rule: $0.rawValue, kind: $0, spans: []) }
        }
        let grounds: [(RiskLevel, [SignKind])] = [
            (.none, []), (.low, [.distress]), (.moderate, [.passive]), (.moderate, [.endured]),
            (.high, [.active]), (.high, [.violence]), (.imminent, [.progress]),
        ]
        return grounds.flatMap { level, kinds in
            [[], [.leaving], [.nature], [.leaving, .nature], [.refusal]].map { (new: [SignKind]) in
                RiskReading(
                    level: level, evidence: evidence(kinds + new), new: evidence(new))
            }
        }
    }()

    private static let steps: [Step] = {
        guard let values = try? ValueOrder.shipped() else { return [] }
        var seen: Set<Care> = []
        var queue = [Care()]
        var steps: [Step] = []
        while let care = queue.popLast() {
            guard seen.insert(care).inserted else { continue }
            // A reading never falls, so neither does what comes next.
            for reading in readings where reading.level >= care.level {
                var next = care
                let action = values.resolve(Circumstance.all(in: reading)).action
                let moves = next.moves(after: reading, action: action)
                steps.append(Step(from: care, reading: reading, to: next, moves: moves))
                queue.append(next)
            }
        }
        return steps
    }()

    @Test func `all levels are reached, and the walk comes to an end`() {
        #expect(Set(Self.steps.map(\.to.level)) == Set(RiskLevel.allCases))
        #expect(Self.steps.count > 1_000)
    }

    @Test func `nobody is met with silence, an essay or two questions`() {
        for step in Self.steps {
            #expect((1...Care.maximumMoves).contains(step.moves.count))
            #expect(step.moves.count(where: \.asks) <= 1)
        }
    }

    @Test func `whoever may want to die hears more than a question`() {
        for step in Self.steps where step.reading.concernsOwnLife {
            #expect(step.moves.contains { !$0.asks }, "\(step.moves)")
        }
    }

    @Test func `in danger this minute, every answer that is no goodbye holds on`() {
        for step in Self.steps where step.reading.level == .imminent {
            let holding: Set<Move> = [
                .urgeEmergency, .distanceFromMeans, .stay, .listen, .sayProgram, .hearRefusal,
                .otherWay,
            ]
            #expect(!holding.isDisjoint(with: step.moves), "\(step.moves)")
            #expect(!step.moves.contains(.letGo))
        }
    }

    @Test func `only who was asked to call for help, and refused, hears of a refusal`() {
        let about: Set<Move> = [.hearRefusal, .askBarrier, .otherWay]
        let heard = Self.steps.filter { !about.isDisjoint(with: $0.moves) }
        #expect(!heard.isEmpty)
        for step in heard {
            #expect(step.reading.level == .imminent)
            #expect(step.from != Care() && !step.moves.contains(.urgeEmergency))
        }
    }

    @Test func `a level that was reached is kept`() {
        for step in Self.steps {
            #expect(step.to.level == max(step.from.level, step.reading.level))
        }
    }
}
