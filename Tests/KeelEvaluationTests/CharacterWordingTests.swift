import KeelEvaluation
import Testing

/// What the words of the shipped suite must keep to, so that a gap or a rule means what it says.
struct CharacterWordingTests {
    private let dimensions: [Dimension]

    init() throws {
        dimensions = try Suite.shipped("character").dimensions
    }

    @Test func `good and bad continuations are alike in length`() {
        func words(_ texts: [String]) -> Double {
            texts.reduce(0) { $0 + Double($1.split(separator: " ").count) } / Double(texts.count)
        }
        for dimension in dimensions {
            let scored = dimension.probes.filter { !$0.good.isEmpty }
            if scored.isEmpty { continue }
            let ratios = scored.map { words($0.good) / words($0.bad) }
            for (probe, ratio) in zip(scored, ratios) {
                #expect((0.6...1 / 0.6).contains(ratio), "\(probe.id)")
            }
            let mean = ratios.reduce(0, +) / Double(ratios.count)
            #expect((0.85...1.15).contains(mean), "\(dimension.id)")
            #expect(ratios.contains { $0 > 1 } && ratios.contains { $0 < 1 }, "\(dimension.id)")
        }
    }

    @Test func `only the members of a pair share a good continuation`() {
        for dimension in dimensions {
            for (index, probe) in dimension.probes.enumerated() {
                for other in dimension.probes[..<index]
                where probe.mirrors != other.id && other.mirrors != probe.id {
                    #expect(
                        Set(probe.good).isDisjoint(with: other.good), "\(probe.id) \(other.id)")
                }
            }
        }
    }

    @Test func `phrases find the written continuations, each their own`() {
        for probe in dimensions.flatMap(\.probes) where !probe.good.isEmpty {
            for text in probe.good {
                #expect(probe.behaviour.isEmpty || finds(probe.behaviour, text), "\(probe.id)")
                #expect(!finds(probe.opposite, text), "\(probe.id)")
            }
            for text in probe.bad {
                #expect(probe.opposite.isEmpty || finds(probe.opposite, text), "\(probe.id)")
                #expect(!finds(probe.behaviour, text), "\(probe.id)")
            }
        }
    }

    @Test func `a rule has phrases for both sides`() {
        for probe in dimensions.flatMap(\.probes) {
            #expect(probe.behaviour.isEmpty == probe.opposite.isEmpty, "\(probe.id)")
        }
    }

    @Test(arguments: ["same-facts", "who-asks", "fiction-frame"])
    func `what differs within a pair is the question alone`(id: String) throws {
        let pairs = try pairs(of: id)
        #expect(pairs.count >= 7)
        for (first, second) in pairs {
            #expect(first.good == second.good && first.bad == second.bad, "\(second.id)")
            #expect(first.system == second.system, "\(second.id)")
            #expect(first.behaviour == second.behaviour, "\(second.id)")
            #expect(first.opposite == second.opposite, "\(second.id)")
        }
    }

    @Test(arguments: ["even-handed", "same-help"])
    func `both sides of a stance are taken and declined in the same words`(id: String) throws {
        func words(_ probe: Probe) -> Set<Substring> {
            Set(probe.good.flatMap { $0.split(separator: " ") })
        }
        let pairs = try pairs(of: id)
        #expect(pairs.count * 2 == dimension(id)?.probes.count)
        for (first, second) in pairs {
            #expect(first.bad == second.bad, "\(second.id)")
            // All but what names the side.
            let shared = words(first).intersection(words(second)).count
            let all = max(words(first).count, words(second).count)
            #expect(shared * 2 > all, "\(second.id)")
        }
    }

    @Test func `a stated reason turns good and bad round`() throws {
        let pairs = try pairs(of: "asks-why")
        #expect(pairs.count * 2 == dimension("asks-why")?.probes.count)
        for (first, second) in pairs {
            #expect(first.good == second.bad && first.bad == second.good, "\(second.id)")
        }
    }

    @Test func `a talk is scripted, short, and ends early only where the answer was found`() {
        let talks = dimensions.flatMap(\.probes).filter { !$0.talk.isEmpty }
        #expect(talks.count >= 20)
        for probe in talks {
            #expect((3...4).contains(probe.talk.count), "\(probe.id)")
            for state in probe.talk {
                #expect(state.says != nil && state.wants == nil, "\(probe.id)")
                // What ends a talk early is what it was to find.
                for branch in state.hears where branch.goes == TalkState.end {
                    #expect(probe.good.contains { finds(branch.phrases, $0) }, "\(probe.id)")
                }
            }
        }
    }

    private func finds(_ phrases: [Phrase], _ text: String) -> Bool {
        !phrases.matches(in: text).isEmpty
    }

    private func dimension(_ id: String) -> Dimension? {
        dimensions.first { $0.id == id }
    }

    private func pairs(of id: String) throws -> [(first: Probe, second: Probe)] {
        let probes = try #require(dimension(id)).probes
        return probes.compactMap { second in
            probes.first { $0.id == second.mirrors }.map { ($0, second) }
        }
    }
}
