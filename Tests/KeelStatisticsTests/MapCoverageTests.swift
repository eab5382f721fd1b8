import Foundation
import KeelStatistics
import Testing

/// How often the intervals on a map hold the truth, over designs like those of the shipped suite.
///
/// 8 to 16 clusters of 2 or 3 probes with 5 answers each. Clusters differ, and probes within them.
/// With `KEEL_REPETITIONS=4000` the tables of `docs/statistics.md` are printed.
struct MapCoverageTests {
    struct Design: CustomStringConvertible {
        var clusters: Int
        var probes: Int
        /// The correlation of two answers in a cluster, and what a probe adds to it.
        var topic: Double
        var probe: Double

        var description: String {
            "\(clusters) x \(probes), correlation \(topic) and \(probe)"
        }
    }

    static let designs = [
        Design(clusters: 8, probes: 2, topic: 0, probe: 0),
        Design(clusters: 8, probes: 2, topic: 0.2, probe: 0.2),
        Design(clusters: 8, probes: 3, topic: 0.5, probe: 0),
        Design(clusters: 12, probes: 2, topic: 0, probe: 0.3),
        Design(clusters: 12, probes: 2, topic: 0.5, probe: 0.1),
        Design(clusters: 16, probes: 2, topic: 0.2, probe: 0.1),
        Design(clusters: 16, probes: 3, topic: 0.1, probe: 0.2),
    ]
    static let rates = [0.05, 0.2, 0.5]

    @Test func `shares`() throws {
        try expectCoverage("share", seed: 41, truth: { $0 }) { world, design, rate in
            try world.arms(design, rate, change: .none).baseline.rate()
        }
    }

    @Test(arguments: SimulatedAnswers.Change.allCases)
    func `differences of shares`(change: SimulatedAnswers.Change) throws {
        try expectCoverage(
            "difference of shares, \(change)", seed: 42, atMost: 0.99,
            truth: { change.mean(of: $0) - $0 }
        ) { world, design, rate in
            try world.arms(design, rate, change: change).rateDifference()
        }
    }

    @Test func `counts`() throws {
        try expectCoverage("count", seed: 43, truth: { $0 }) { world, design, rate in
            try world.countArms(design, rate, factor: 1).baseline.countRate()
        }
    }

    @Test(arguments: [1.0, 3])
    func `differences of counts`(factor: Double) throws {
        try expectCoverage(
            "difference of counts, times \(factor)", seed: 44, atMost: 0.99,
            truth: { $0 * (factor - 1) }
        ) { world, design, rate in
            try world.countArms(design, rate, factor: factor).countDifference()
        }
    }

    @Test func `means and their differences`() throws {
        try expectCoverage("mean", seed: 45, truth: { $0 }) { world, design, rate in
            try world.means(design, centre: rate).baseline.mean()
        }
        try expectCoverage("difference of means", seed: 46, truth: { _ in 0.5 }) {
            world, design, rate in
            try world.means(design, centre: rate).difference()
        }
    }

    @Test func `magnitudes`() throws {
        try expectCoverage(
            "magnitude", seed: 47, truth: { _ in (2 / Double.pi).squareRoot() }
        ) { world, design, _ in
            try ClusteredSample(
                (0..<design.clusters).map { _ in
                    (0..<design.probes).map { _ in abs(world.normal()) }
                }
            ).magnitude()
        }
    }

    /// Expects 93 to 97 % over all designs with clusters, and not much less in any.
    ///
    /// Differences of rare events cover more; `docs/statistics.md` says where.
    private func expectCoverage(
        _ what: String, seed: UInt64, atMost most: Double = 0.97, truth: (Double) -> Double,
        _ estimate: (inout SimulatedAnswers, Design, Double) throws -> Estimate
    ) throws {
        let asked = ProcessInfo.processInfo.environment["KEEL_REPETITIONS"].flatMap { Int($0) }
        let repetitions = asked ?? 100
        var world = SimulatedAnswers(seed: seed)
        var clustered: [Double] = []
        for design in Self.designs {
            var row: [Double] = []
            for rate in Self.rates {
                let covered = try share(of: repetitions) {
                    try estimate(&world, design, rate).interval.contains(truth(rate))
                }
                // Four standard errors of the count below 92 %.
                #expect(covered > 0.92 - 4 * (0.07 / Double(repetitions)).squareRoot(), "\(design)")
                row.append(covered)
            }
            if design.topic + design.probe > 0 { clustered += row }
            if asked != nil {
                print("| \(what) |", design, "|", row.map { "\($0)" }.joined(separator: " | "), "|")
            }
        }
        let average = clustered.reduce(0, +) / Double(clustered.count)
        #expect(0.93...most ~= average, "\(what): \(average)")
    }
}

extension SimulatedAnswers {
    /// What a change does to the rates of probes.
    enum Change: CaseIterable {
        case none
        /// Every probe's no turns into yes three times in ten.
        case even
        /// Three clusters in ten change, and much.
        case uneven

        func mean(of rate: Double) -> Double {
            switch self {
            case .none: rate
            case .even: rate + 0.3 * (1 - rate)
            case .uneven: rate + 0.3 * 0.7 * (1 - rate)
            }
        }
    }

    /// Yes/no answers of two runs, by cluster.
    mutating func arms(
        _ design: MapCoverageTests.Design, _ rate: Double, change: Change
    ) throws -> PairedSample {
        var before: [[Double]] = []
        var after: [[Double]] = []
        for _ in 0..<design.clusters {
            let topic = rateDrawn(around: rate, correlation: design.topic)
            let changes = Double.random(in: 0..<1, using: &generator) < 0.3
            var cluster: (before: [Double], after: [Double]) = ([], [])
            for _ in 0..<design.probes {
                let own = rateDrawn(around: topic, correlation: design.probe)
                let turned =
                    switch change {
                    case .none: own
                    case .even: own + 0.3 * (1 - own)
                    case .uneven: changes ? own + 0.7 * (1 - own) : own
                    }
                cluster.before += answers(rate: own)
                cluster.after += answers(rate: turned)
            }
            before.append(cluster.before)
            after.append(cluster.after)
        }
        return try PairedSample(
            baseline: ClusteredSample(before), candidate: ClusteredSample(after))
    }

    /// Counts per reply of two runs: each event comes with one more half the time.
    mutating func countArms(
        _ design: MapCoverageTests.Design, _ rate: Double, factor: Double
    ) throws -> PairedRatioSample {
        /// A gamma variable of mean 1 whose square variation is `ρ/(1−ρ)`.
        func frailty(_ correlation: Double, _ world: inout SimulatedAnswers) -> Double {
            guard correlation > 0 else { return 1 }
            let shape = 1 / correlation - 1
            return world.gamma(shape) / shape
        }
        var arms: [[[Double]]] = [[], []]
        for _ in 0..<design.clusters {
            let topic = frailty(design.topic, &self)
            var cluster: [[Double]] = [[], []]
            for _ in 0..<design.probes {
                let own = topic * frailty(design.probe, &self) * rate / 1.5
                for (arm, mean) in [own, own * factor].enumerated() {
                    for _ in 0..<Self.samples {
                        let events = poisson(mean)
                        let more = (0..<Int(events)).count { _ in
                            Bool.random(using: &generator)
                        }
                        cluster[arm].append(events + Double(more))
                    }
                }
            }
            for arm in 0...1 { arms[arm].append(cluster[arm]) }
        }
        func sample(_ counts: [[Double]]) throws -> RatioSample {
            try RatioSample(
                numerators: ClusteredSample(counts),
                denominators: ClusteredSample(counts.map { $0.map { _ in 1 } }))
        }
        return try PairedRatioSample(baseline: sample(arms[0]), candidate: sample(arms[1]))
    }

    /// One graded value to each probe, before and after a change of 0.5 on average.
    mutating func means(
        _ design: MapCoverageTests.Design, centre: Double
    ) throws -> PairedSample {
        var before: [[Double]] = []
        var after: [[Double]] = []
        for _ in 0..<design.clusters {
            let level = design.topic.squareRoot() * normal()
            let change = 0.5 + design.topic.squareRoot() * normal()
            let values = (0..<design.probes).map { _ in centre + level + normal() }
            before.append(values)
            after.append(values.map { $0 + change + 0.5 * normal() })
        }
        return try PairedSample(
            baseline: ClusteredSample(before), candidate: ClusteredSample(after))
    }
}
