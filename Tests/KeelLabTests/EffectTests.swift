import KeelLab
import KeelStatistics
import Testing

/// Effects that were planted are found, and come apart into wrongness and stance; none is found of none.
@Suite struct LabEffectTests {
    private let panel = LabPanel(Small.data(), size: Small.size, seed: 1)

    /// Noise around a level of each kind, so that nothing is alike.
    private func entry(
        usual: Double, reversed: Double, seed: UInt64, stream: UInt64
    ) -> PanelLog.Entry {
        var random = SeededGenerator(seed: seed &* 1000 &+ stream)
        let readings: [ItemReading] = panel.items.map { item in
            let level =
                switch item.kind {
                case .usual: usual
                case .reversed: reversed
                default: 0.0
                }
            let noise = Double.random(in: -0.05...0.05, using: &random)
            return ItemReading(
                item: item.id, good: level + noise, bad: item.bad.isEmpty ? nil : 0,
                preferred: nil)
        }
        return PanelLog.Entry(step: 4, condition: PanelLog.plain, readings: readings)
    }

    /// Two groups of three seeds; the second differs by these.
    private func set(usual: Double, reversed: Double) -> ReadingSet {
        var set = ReadingSet(panel)
        for seed in 0..<UInt64(3) {
            set.add([entry(usual: 1, reversed: 1, seed: seed, stream: 0)], group: "a", seed: seed)
            set.add(
                [entry(usual: 1 + usual, reversed: 1 + reversed, seed: seed, stream: 1)],
                group: "b", seed: seed)
        }
        return set
    }

    private func effect(_ measure: LabMeasure, _ set: ReadingSet) throws -> LabEffect {
        try #require(
            LabEffect(
                [.init(1, Side("b")), .init(-1, Side("a"))], measure, in: set, trained: ["car"]))
    }

    @Test func `a lax arm is lax and not wrong, a wrong one wrong and not lax`() throws {
        let lax = set(usual: -0.5, reversed: 0.5)
        #expect(try effect(.laxness, lax).interval.low > 0.4)
        #expect(try abs(effect(.wrongness, lax).interval.value) < 0.05)
        let wrong = set(usual: -0.5, reversed: -0.5)
        #expect(try effect(.wrongness, wrong).interval.low > 0.4)
        #expect(try abs(effect(.laxness, wrong).interval.value) < 0.05)
        #expect(try effect(.usual, wrong).interval.high < -0.4)
        #expect(try effect(.usual, wrong).seeds == 3)
    }

    @Test func `the trained domain counts for itself alone`() throws {
        let all = set(usual: -0.5, reversed: 0)
        let inDomain = try effect(.inDomain, all)
        let others = try effect(.usual, all)
        #expect(inDomain.observations * 7 == others.observations)
    }

    @Test func `what mended a model counts as trained on, and what both sides share cancels`() {
        let plan = LabPlan.whole()
        func trained(_ a: String, _ b: String) -> Set<String> {
            plan.trained([.init(1, Side(a)), .init(-1, Side(b))])
        }
        #expect(trained("dose-100", "dose-0") == ["car"])
        #expect(trained("mended-others", "dose-100") == ["car", "garden", "kitchen", "travel"])
        #expect(trained("rl-wrong-lax", "rl-right-lax") == ["car"])
        #expect(trained("lax", "base") == Set(LabData.domains.dropLast()))
        #expect(trained("relapsed", "mended-others") == ["car"])
        // Of every contrast that a group is shown in, some domain is left.
        for group in Set(plan.arms.map(\.group)) {
            #expect(trained(group, "base").count < LabData.domains.count, "\(group)")
        }
    }

    @Test func `a curve over steps is of the same items at each`() throws {
        let few = LabPanel(Array(panel.items.prefix(6)))
        let all = set(usual: -0.5, reversed: 0)
        let some = try effect(.usual, all.only(few))
        #expect(try some.observations < effect(.usual, all).observations)
    }

    @Test func `what was not read gives no effect`() {
        let empty = LabEffect(
            [.init(1, Side("c")), .init(-1, Side("a"))], .usual, in: set(usual: 0, reversed: 0),
            trained: ["car"])
        #expect(empty == nil)
    }

    @Test func `claims are held, open, opposite or untested by what was found`() throws {
        let bad = try effect(.usual, set(usual: -0.5, reversed: 0))
        let none = try effect(.usual, set(usual: 0, reversed: 0))
        func claim(_ effect: LabEffect?, _ isPositive: Bool) -> LabClaim {
            LabClaim(
                1, "claim", control: "control", needed: [(effect, isPositive: isPositive)],
                missing: "not here")
        }
        let claims = LabClaim.judged([
            claim(bad, false), claim(bad, true), claim(none, false), claim(nil, true),
        ])
        #expect(
            claims.map(\.verdict) == [.held, .opposite, .open, .notTested("not here")])
        // Three tests: Holm's method multiplies the smallest by three.
        let smallest = try #require(claims[0].adjusted)
        #expect(abs(smallest - min(1, 3 * bad.pValue)) < 1e-12)
        #expect(claims[3].adjusted == nil)
    }

    @Test func `a claim of two parts needs both`() throws {
        let bad = try effect(.usual, set(usual: -0.5, reversed: 0))
        let none = try effect(.usual, set(usual: 0, reversed: 0))
        let claims = LabClaim.judged([
            LabClaim(
                1, "both", control: "",
                needed: [(bad, isPositive: false), (none, isPositive: false)],
                missing: ""),
            LabClaim(
                2, "one missing", control: "",
                needed: [(bad, isPositive: false), (nil, isPositive: false)], missing: "gone"),
        ])
        #expect(claims[0].verdict == .open)
        #expect(claims[1].verdict == .notTested("gone"))
    }
}
