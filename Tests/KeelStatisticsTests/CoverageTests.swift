import Foundation
import KeelStatistics
import Testing

/// What intervals and tests promise, counted over simulated measurements of a known truth.
///
/// Each probe has its own rate, drawn from a beta distribution, and is sampled five times.
struct CoverageTests {
    static let samples = 5

    @Test(arguments: [(12, 0.3), (20, 0.5), (40, 0.3), (40, 0.7)])
    func `t intervals of clustered means cover 95 %`(probes: Int, rate: Double) throws {
        var world = World(seed: 21)
        let covered = try share(of: 3000) {
            try world.sample(probes: probes, rate: rate).mean().interval.contains(rate)
        }
        #expect(0.93...0.97 ~= covered, "\(covered)")
    }

    @Test(arguments: [(12, 0.3), (20, 0.5), (40, 0.1), (40, 0.7)])
    func `clustered Wilson intervals cover 95 %`(probes: Int, rate: Double) throws {
        var world = World(seed: 22)
        let covered = try share(of: 3000) {
            try world.sample(probes: probes, rate: rate).rate().interval.contains(rate)
        }
        #expect(0.93...0.97 ~= covered, "\(covered)")
    }

    @Test(arguments: [12, 20, 40], [0.01, 0.02, 0.98])
    func `clustered Wilson intervals hold near 0 and 1`(probes: Int, rate: Double) throws {
        var world = World(seed: 23)
        let covered = try share(of: 3000) {
            try world.sample(probes: probes, rate: rate).rate().interval.contains(rate)
        }
        #expect(covered >= 0.92, "\(covered)")
    }

    @Test func `errors that ignore clusters cover far less`() throws {
        var world = World(seed: 24)
        let covered = try share(of: 2000) {
            let sample = try world.sample(probes: 20, rate: 0.5)
            let single = try ClusteredSample(sample.clusters.flatMap { $0.map { [$0] } })
            return try single.mean().interval.contains(0.5)
        }
        #expect(covered < 0.88, "\(covered)")
    }

    @Test(arguments: [12, 30], [0.3, 0.5])
    func `the paired t test rejects a null change at its level`(
        probes: Int, rate: Double
    ) throws {
        var world = World(seed: 25)
        let rejected = try share(of: 2000) {
            try world.pairs(probes: probes, rate: rate).pValue() < 0.05
        }
        #expect(0.03...0.07 ~= rejected, "\(rejected)")
    }

    @Test(arguments: [12, 30])
    func `the sign-flip test rejects a null change at its level, and yes/no ones more rarely`(
        probes: Int
    ) throws {
        var world = World(seed: 26)
        var generator = SeededGenerator(seed: 27)
        func rejects(_ pairs: PairedSample) throws -> Bool {
            try pairs.signFlipPValue(resamples: 199, using: &generator) <= 0.05
        }
        let graded = try share(of: 1000) {
            try rejects(world.graded(world.pairs(probes: probes, rate: 0.3)))
        }
        #expect(0.03...0.07 ~= graded, "\(graded)")
        let binary = try share(of: 1000) { try rejects(world.pairs(probes: probes, rate: 0.3)) }
        #expect(binary <= 0.055, "\(binary)")
    }

    @Test(arguments: [12, 30], [0.02, 0.3])
    func `differences of rates cover, also near 0`(probes: Int, rate: Double) throws {
        var world = World(seed: 27)
        let covered = try share(of: 2000) {
            try world.pairs(probes: probes, rate: rate).rateDifference().interval.contains(0)
        }
        #expect(covered >= 0.93, "\(covered)")
    }

    @Test(arguments: [20, 40], [0.1, 0.2])
    func `differences of rates cover where a change acts in one direction only`(
        probes: Int, gained: Double
    ) throws {
        var world = World(seed: 33)
        let covered = try share(of: 2000) {
            try world.oneWay(probes: probes, gained: gained).rateDifference().interval
                .contains(gained / 2)
        }
        #expect(covered >= 0.9, "\(covered)")
    }

    @Test func `equivalence is claimed of a change at the margin in 5 % at most`() throws {
        var world = World(seed: 28)
        let claimed = try share(of: 2000) {
            let baseline = try world.sample(probes: 40, rate: 0.4)
            let candidate = try world.sample(probes: 40, rate: 0.6)
            return try PairedSample(baseline: baseline, candidate: candidate)
                .equivalence(margin: 0.2).verdict == .equivalent
        }
        #expect(0.03...0.06 ~= claimed, "\(claimed)")
    }

    @Test(arguments: [12, 40])
    func `bootstrap intervals cover 95 %`(probes: Int) throws {
        var world = World(seed: 29)
        var generator = SeededGenerator(seed: 30)
        let bootstrap = try ClusterBootstrap(clusters: probes, resamples: 400)
        let covered = try share(of: 1000) {
            let totals = try world.sample(probes: probes, rate: 0.3).clusters.map {
                $0.reduce(0, +)
            }
            let size = Double(Self.samples * probes)
            return try bootstrap.estimate(observations: Int(size), using: &generator) { indices in
                indices.reduce(0) { $0 + totals[$1] }
                    / Double(Self.samples * indices.count)
            }.interval.contains(0.3)
        }
        #expect(0.93...0.97 ~= covered, "\(covered)")
    }

    @Test(arguments: [0.0005, 0.004, 0.03])
    func `count rates cover, also when counts are few`(rate: Double) throws {
        var world = World(seed: 31)
        let covered = try share(of: 2000) {
            let answers = (0..<20).map { _ in world.counts(rate: rate) }
            let sample = try RatioSample(
                numerators: ClusteredSample(answers.map(\.hits)),
                denominators: ClusteredSample(answers.map(\.tokens)))
            return try sample.countRate().interval.contains(rate)
        }
        #expect(covered >= 0.92, "\(covered)")
    }

    @Test(arguments: [0.05, 0.3])
    func `rates corrected for a judge cover the truth`(rate: Double) throws {
        var world = World(seed: 32)
        let covered = try share(of: 2000) {
            let calibration = (0..<120).map { index in
                let truth = index % 2 == 0
                return (truth: truth, verdict: world.verdict(of: truth))
            }
            let matrix = try ConfusionMatrix(
                labels: [false, true], first: calibration.map(\.truth),
                second: calibration.map(\.verdict))
            let answers = try world.sample(probes: 40, rate: rate)
            let judged = try ClusteredSample(
                answers.clusters.map { $0.map { world.verdict(of: $0 == 1) ? 1 : 0 } })
            return try judged.rate().correctedForJudge(
                truePositiveRate: matrix.truePositiveRate(),
                trueNegativeRate: matrix.trueNegativeRate()
            ).interval.contains(rate)
        }
        #expect(covered >= 0.93, "\(covered)")
    }

    private func share(of runs: Int, _ holds: () throws -> Bool) rethrows -> Double {
        var count = 0
        for _ in 0..<runs where try holds() { count += 1 }
        return Double(count) / Double(runs)
    }
}

/// A source of simulated answers with a known truth.
private struct World {
    var generator: SeededGenerator
    /// The correlation of two answers to one probe.
    let correlation = 0.3

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Yes/no answers to probes whose rates average `rate`.
    mutating func sample(probes: Int, rate: Double) throws -> ClusteredSample {
        try ClusteredSample((0..<probes).map { _ in answers(rate: probeRate(rate)) })
    }

    /// Two runs of one model over the same probes.
    mutating func pairs(probes: Int, rate: Double) throws -> PairedSample {
        let rates = (0..<probes).map { _ in probeRate(rate) }
        return try PairedSample(
            baseline: ClusteredSample(rates.map { answers(rate: $0) }),
            candidate: ClusteredSample(rates.map { answers(rate: $0) }))
    }

    /// One fixed answer to each probe, half of them yes; the candidate turns some no into yes.
    mutating func oneWay(probes: Int, gained: Double) throws -> PairedSample {
        var arms: [(before: Bool, after: Bool)] = []
        for _ in 0..<probes {
            let before = Bool.random(using: &generator)
            let turned = Double.random(in: 0..<1, using: &generator) < gained
            arms.append((before, before || turned))
        }
        return try PairedSample(
            baseline: ClusteredSample(arms.map { [$0.before ? 1 : 0] }),
            candidate: ClusteredSample(arms.map { [$0.after ? 1 : 0] }))
    }

    /// The same answers as scores from 0 to 1, yes above no.
    mutating func graded(_ pairs: PairedSample) throws -> PairedSample {
        func scores(_ sample: ClusteredSample) throws -> ClusteredSample {
            try ClusteredSample(
                sample.clusters.map { cluster in
                    cluster.map { ($0 + Double.random(in: 0..<1, using: &generator)) / 2 }
                })
        }
        return try PairedSample(
            baseline: scores(pairs.baseline), candidate: scores(pairs.candidate))
    }

    /// Hits among the tokens of one probe's answers; probes differ as a gamma variable does.
    mutating func counts(rate: Double) -> (hits: [Double], tokens: [Double]) {
        let own = rate * gamma(2) / 2
        let tokens = (0..<CoverageTests.samples).map { _ in
            Int.random(in: 40...160, using: &generator)
        }
        return (tokens.map { poisson(own * Double($0)) }, tokens.map(Double.init))
    }

    /// A Poisson variable: how many exponential gaps fit into the mean.
    private mutating func poisson(_ mean: Double) -> Double {
        var hits = -1.0
        var passed = 0.0
        while passed <= mean {
            passed -= log(1 - Double.random(in: 0..<1, using: &generator))
            hits += 1
        }
        return hits
    }

    /// What a judge says that is right about 85 % of the yes and 92 % of the no.
    mutating func verdict(of truth: Bool) -> Bool {
        let isRight = Double.random(in: 0..<1, using: &generator) < (truth ? 0.85 : 0.92)
        return isRight ? truth : !truth
    }

    private mutating func answers(rate: Double) -> [Double] {
        (0..<CoverageTests.samples).map { _ in
            Double.random(in: 0..<1, using: &generator) < rate ? 1 : 0
        }
    }

    /// Beta with mean `rate` and a spread that gives the correlation.
    private mutating func probeRate(_ rate: Double) -> Double {
        let total = 1 / correlation - 1
        let yes = gamma(total * rate)
        let no = gamma(total * (1 - rate))
        return yes + no > 0 ? yes / (yes + no) : 0
    }

    /// A gamma variable of this shape and scale 1 (Marsaglia and Tsang 2000).
    private mutating func gamma(_ shape: Double) -> Double {
        if shape < 1 {
            return gamma(shape + 1) * pow(Double.random(in: 0..<1, using: &generator), 1 / shape)
        }
        let d = shape - 1.0 / 3
        while true {
            let angle = 2 * Double.pi * Double.random(in: 0..<1, using: &generator)
            let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
            let normal = radius * cos(angle)
            let v = pow(1 + normal / (9 * d).squareRoot(), 3)
            let u = Double.random(in: 0..<1, using: &generator)
            if v > 0, log(1 - u) < normal * normal / 2 + d - d * v + d * log(v) { return d * v }
        }
    }
}
