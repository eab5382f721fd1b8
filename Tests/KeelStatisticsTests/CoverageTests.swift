import Foundation
import KeelStatistics
import Testing

/// What tests and intervals promise, counted over simulated measurements of a known truth.
///
/// Each probe has its own rate, drawn from a beta distribution, and is sampled five times. The
/// intervals that a map shows are in `MapCoverageTests`.
struct CoverageTests {

    @Test(arguments: [(12, 0.3), (20, 0.5), (40, 0.3), (40, 0.7)])
    func `t intervals of clustered means cover 95 %`(probes: Int, rate: Double) throws {
        var world = SimulatedAnswers(seed: 21)
        let covered = try share(of: 2000) {
            try world.sample(probes: probes, rate: rate).mean().interval.contains(rate)
        }
        #expect(0.93...0.97 ~= covered, "\(covered)")
    }

    @Test func `errors that ignore clusters cover far less`() throws {
        var world = SimulatedAnswers(seed: 24)
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
        var world = SimulatedAnswers(seed: 25)
        let rejected = try share(of: 2000) {
            try world.pairs(probes: probes, rate: rate).pValue() < 0.05
        }
        #expect(0.03...0.07 ~= rejected, "\(rejected)")
    }

    @Test(arguments: [12, 30])
    func `the sign-flip test rejects a null change at its level, and yes/no ones more rarely`(
        probes: Int
    ) throws {
        var world = SimulatedAnswers(seed: 26)
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

    @Test func `equivalence is claimed of a change at the margin in 5 % at most`() throws {
        var world = SimulatedAnswers(seed: 28)
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
        var world = SimulatedAnswers(seed: 29)
        var generator = SeededGenerator(seed: 30)
        let bootstrap = try ClusterBootstrap(clusters: probes, resamples: 400)
        let covered = try share(of: 1000) {
            let totals = try world.sample(probes: probes, rate: 0.3).clusters.map {
                $0.reduce(0, +)
            }
            let size = Double(SimulatedAnswers.samples * probes)
            return try bootstrap.estimate(observations: Int(size), using: &generator) { indices in
                indices.reduce(0) { $0 + totals[$1] }
                    / Double(SimulatedAnswers.samples * indices.count)
            }.interval.contains(0.3)
        }
        #expect(0.93...0.97 ~= covered, "\(covered)")
    }

    @Test(arguments: [0.05, 0.3])
    func `rates corrected for a judge cover the truth`(rate: Double) throws {
        var world = SimulatedAnswers(seed: 32)
        let covered = try share(of: 500) {
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

    @Test func `clusters of one topic that flip together are covered`() throws {
        var world = SimulatedAnswers(seed: 33)
        for (probes, gained) in [(20, 0.1), (40, 0.2)] {
            let covered = try share(of: 500) {
                try world.oneWay(probes: probes, gained: gained).rateDifference().interval
                    .contains(gained / 2)
            }
            #expect(covered >= 0.9, "\(covered)")
        }
    }
}

/// In what share of repetitions something holds.
func share(of runs: Int, _ holds: () throws -> Bool) rethrows -> Double {
    var count = 0
    for _ in 0..<runs where try holds() { count += 1 }
    return Double(count) / Double(runs)
}
