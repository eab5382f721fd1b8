import Foundation
import KeelStatistics
import Testing

struct StatisticalLawTests {
    static let clusters: [[Double]] = [[1, 2, 4], [3], [0.5, 1.5], [6, 2, 2, 1], [2.5]]

    @Test func `the order of clusters and of observations does not matter`() throws {
        let mean = try ClusteredSample(Self.clusters).mean()
        let shuffled = try ClusteredSample(Self.clusters.reversed().map { $0.reversed() }).mean()
        expectClose(mean.value, shuffled.value)
        expectClose(mean.standardError, shuffled.standardError)
    }

    @Test func `labels group values as nested lists do`() throws {
        let labels = Self.clusters.indices.flatMap { index in
            Self.clusters[index].map { _ in "probe \(index)" }
        }
        let grouped = try ClusteredSample(Self.clusters.flatMap(\.self), labels: labels)
        #expect(try grouped == ClusteredSample(Self.clusters))
    }

    @Test func `a mean moves with its values and its interval scales with them`() throws {
        let mean = try ClusteredSample(Self.clusters).mean()
        let moved = try ClusteredSample(Self.clusters.map { $0.map { 10 - 3 * $0 } }).mean()
        expectClose(moved.value, 10 - 3 * mean.value)
        expectClose(moved.standardError, 3 * mean.standardError)
        expectClose(moved.interval.lowerBound, 10 - 3 * mean.interval.upperBound)
    }

    @Test func `copying the answers within clusters adds no certainty, more clusters do`() throws {
        let mean = try ClusteredSample(Self.clusters).mean()
        let copied = try ClusteredSample(Self.clusters.map { $0 + $0 }).mean()
        expectClose(copied.standardError, mean.standardError)
        let more = try ClusteredSample(Self.clusters + Self.clusters).mean()
        #expect(more.interval.upperBound < mean.interval.upperBound)
        #expect(more.interval.lowerBound > mean.interval.lowerBound)
    }

    @Test(arguments: [0.0, 1.0])
    func `a rate of zero or one keeps an interval that includes it`(value: Double) throws {
        let sample = try ClusteredSample([[Double]](repeating: [value, value], count: 20))
        let rate = try sample.rate()
        #expect(rate.value == value)
        #expect(rate.interval.contains(value))
        // Wider than the rule of three's for 40 answers that are all independent.
        #expect(rate.interval.upperBound - rate.interval.lowerBound > 3.0 / 40)
        let difference = try PairedSample(baseline: sample, candidate: sample).rateDifference()
        #expect(difference.interval.lowerBound < -3.0 / 40)
        #expect(difference.interval.upperBound > 3.0 / 40)
    }

    @Test func `two runs that agree everywhere still leave a change possible`() throws {
        let sample = try ClusteredSample((0..<20).map { [$0 % 2 == 0 ? 1 : 0] })
        let pairs = try PairedSample(baseline: sample, candidate: sample)
        let difference = try pairs.rateDifference()
        #expect(difference.value == 0 && difference.standardError < 1e-9)
        #expect(difference.interval.upperBound > 0.1 && difference.interval.upperBound < 0.2)
        #expect(try difference.verdict(margin: 0.05) == .inconclusive)
    }

    @Test func `a counter without hits keeps the rule of three's bound or more`() throws {
        let sample = try RatioSample(
            numerators: ClusteredSample([[Double]](repeating: [0], count: 20)),
            denominators: ClusteredSample([[Double]](repeating: [500], count: 20)))
        let rate = try sample.countRate(per: 1000)
        #expect(rate.value == 0 && rate.interval.lowerBound == 0)
        #expect(rate.interval.upperBound > 0.3 && rate.interval.upperBound < 0.5)
    }

    @Test func `exchanging the arms turns the difference round and keeps its p-values`() throws {
        let first = try ClusteredSample(Self.clusters)
        let second = try ClusteredSample([[2, 2], [3.5, 4], [1], [5, 4], [3, 3.5]])
        let forward = try PairedSample(baseline: first, candidate: second)
        let backward = try PairedSample(baseline: second, candidate: first)
        expectClose(try forward.difference().value, -(try backward.difference().value))
        expectClose(try forward.pValue(), try backward.pValue())
        var generator = SeededGenerator(seed: 4)
        #expect(
            try forward.signFlipPValue(using: &generator)
                == backward.signFlipPValue(using: &generator))
        for lost in 0...6 {
            for gained in 0...6 {
                #expect(
                    try McNemarTest(gained: gained, lost: lost).pValue
                        == McNemarTest(gained: lost, lost: gained).pValue)
            }
        }
    }

    @Test func `sign flips of equal arms give one, and never give zero`() throws {
        let same = try ClusteredSample(Self.clusters)
        var generator = SeededGenerator(seed: 5)
        let equal = try PairedSample(baseline: same, candidate: same)
        #expect(try equal.signFlipPValue(using: &generator) == 1)
        let low = try ClusteredSample((0..<30).map { [Double($0) / 100] })
        let high = try ClusteredSample((0..<30).map { [9 + Double($0) / 100] })
        let apart = try PairedSample(baseline: low, candidate: high)
        #expect(try apart.signFlipPValue(resamples: 199, using: &generator) == 1.0 / 200)
        let few = try PairedSample(
            baseline: ClusteredSample(Array(low.clusters.prefix(5))),
            candidate: ClusteredSample(Array(high.clusters.prefix(5))))
        #expect(try few.signFlipPValue(using: &generator) == 2.0 / 32)
    }

    @Test func `drawn sign flips come close to the enumerated ones`() throws {
        // Two clusters that cannot change anything push the count past enumeration.
        let first: [[Double]] = (0..<15).map { [sin(Double($0))] }
        let second: [[Double]] = (0..<15).map { [sin(Double($0)) + 0.4 + cos(3 * Double($0))] }
        let exact = try PairedSample(
            baseline: ClusteredSample(first), candidate: ClusteredSample(second))
        let drawn = try PairedSample(
            baseline: ClusteredSample(first + [[0], [0]]),
            candidate: ClusteredSample(second + [[0], [0]]))
        var generator = SeededGenerator(seed: 6)
        let expected = try exact.signFlipPValue(using: &generator)
        let actual = try drawn.signFlipPValue(resamples: 40_000, using: &generator)
        #expect(expected > 0.02 && expected < 0.9)
        expectClose(actual, expected, relative: 0, absolute: 0.01)
    }

    @Test
    func `adjusted p-values keep the order, are not below the raw ones, and Holm is stricter`()
        throws
    {
        var generator = SeededGenerator(seed: 7)
        let raw = (0..<40).map { _ in pow(Double.random(in: 0...1, using: &generator), 3) }
        let holm = try Multiplicity.holm(raw)
        let falseDiscovery = try Multiplicity.benjaminiHochberg(raw)
        let order = raw.indices.sorted { raw[$0] < raw[$1] }
        for (a, b) in zip(order, order.dropFirst()) {
            #expect(holm[a] <= holm[b] && falseDiscovery[a] <= falseDiscovery[b])
        }
        for index in raw.indices {
            #expect(falseDiscovery[index] >= raw[index] && holm[index] >= falseDiscovery[index])
        }
        #expect(try Multiplicity.holm([]).isEmpty)
    }

    @Test func `quantiles undo distribution functions`() throws {
        for probability in [1e-6, 0.01, 0.3, 0.5, 0.8, 0.999] {
            expectClose(
                NormalDistribution.cdf(try NormalDistribution.quantile(probability)), probability)
            for freedom in [1.0, 2.5, 30] {
                let t = try StudentT(degreesOfFreedom: freedom)
                expectClose(t.cdf(try t.quantile(probability)), probability)
            }
        }
    }

    @Test func `the bootstrap's error of a mean is the clustered one`() throws {
        let clusters = (0..<30).map { [sin(Double($0)), cos(2 * Double($0))] }
        let sample = try ClusteredSample(clusters)
        var generator = SeededGenerator(seed: 8)
        let bootstrap = try ClusterBootstrap(clusters: 30, resamples: 4000)
        let estimate = try bootstrap.estimate(observations: 60, using: &generator) { indices in
            indices.reduce(0) { $0 + clusters[$1].reduce(0, +) } / Double(2 * indices.count)
        }
        let mean = try sample.mean()
        expectClose(estimate.value, mean.value, absolute: 1e-12)
        expectClose(estimate.standardError, mean.standardError, relative: 0.05)
        expectClose(estimate.interval.lowerBound, mean.interval.lowerBound, absolute: 0.05)
        expectClose(estimate.interval.upperBound, mean.interval.upperBound, absolute: 0.05)
    }

    @Test func `equivalence needs an interval within the margin`() throws {
        let first = try ClusteredSample((0..<40).map { [sin(Double($0))] })
        let second = try ClusteredSample((0..<40).map { [sin(Double($0)) + 0.1 * cos(Double($0))] })
        let pairs = try PairedSample(baseline: first, candidate: second)
        #expect(try pairs.equivalence(margin: 0.1).verdict == .equivalent)
        #expect(try pairs.equivalence(margin: 0.001).verdict == .inconclusive)
        let moved = try PairedSample(
            baseline: first,
            candidate: ClusteredSample(second.clusters.map { $0.map { $0 + 1 } }))
        let result = try moved.equivalence(margin: 0.1)
        #expect(result.verdict == .different && result.pValue > 0.99)
    }

    @Test func `relabelling sees one probe that changed, and needs no more`() throws {
        var before = [[Double]](repeating: [0, 0, 0, 0, 0], count: 12)
        var after = before
        after[3] = [1, 1, 1, 1, 1]
        var generator = SeededGenerator(seed: 9)
        func pValue() throws -> Double {
            try PairedSample(baseline: ClusteredSample(before), candidate: ClusteredSample(after))
                .relabellingPValue(using: &generator)
        }
        // Of 252 relabellings of the one probe that varies, two are as extreme, and count half.
        expectClose(try pValue(), 1.0 / 252)
        after[3] = before[3]
        #expect(try pValue() == 1)
        before[5] = [1, 1, 1, 1, 1]
        after[5] = before[5]
        #expect(try pValue() == 1)
    }

    @Test func `fractions of whole numbers are drawn to the same p-value`() throws {
        let before: [[Double]] = (0..<6).map { k in (0..<5).map { Double((k * $0) % 5) } }
        let after: [[Double]] = (0..<6).map { k in (0..<5).map { Double((k + 2 * $0) % 5) } }
        func pairs(times factor: Double) throws -> PairedSample {
            try PairedSample(
                baseline: ClusteredSample(before.map { $0.map { $0 * factor } }),
                candidate: ClusteredSample(after.map { $0.map { $0 * factor } }))
        }
        var generator = SeededGenerator(seed: 10)
        let exact = try pairs(times: 1).relabellingPValue(using: &generator)
        let drawn = try pairs(times: 0.3).relabellingPValue(resamples: 40_000, using: &generator)
        #expect(exact > 0.02 && exact < 0.98)
        expectClose(drawn, exact, absolute: 0.01)
        expectClose(
            try pairs(times: 0.3).relabellingError, try pairs(times: 1).relabellingError * 0.3)
    }

    @Test func `ratios of unit exposures are means, and scale with their unit`() throws {
        let ones = try ClusteredSample(Self.clusters.map { $0.map { _ in 1 } })
        let before = try RatioSample(
            numerators: ClusteredSample(Self.clusters), denominators: ones)
        let after = try RatioSample(
            numerators: ClusteredSample(Self.clusters.map { $0.map { $0 * $0 } }),
            denominators: ones)
        let pairs = try PairedRatioSample(baseline: before, candidate: after)
        let means = try PairedSample(baseline: before.numerators, candidate: after.numerators)
        expectClose(
            try pairs.difference().standardError, try means.difference().standardError)
        expectClose(
            try pairs.difference(per: 1000).interval.upperBound,
            try means.difference().interval.upperBound * 1000)
        expectClose(try pairs.relabellingError(per: 2), means.relabellingError * 2)
    }

    @Test func `a magnitude stays above zero where a mean does not`() throws {
        let sizes = try ClusteredSample([[0.01], [0.02], [3], [0.05]])
        #expect(try sizes.mean().interval.lowerBound < 0)
        let magnitude = try sizes.magnitude()
        #expect(magnitude.interval.lowerBound > 0)
        expectClose(
            magnitude.interval.lowerBound * magnitude.interval.upperBound,
            magnitude.value * magnitude.value)
        #expect(throws: StatisticsError.self) { try ClusteredSample([[-1], [2]]).magnitude() }
        #expect(throws: StatisticsError.self) { try ClusteredSample([[0], [0]]).magnitude() }
    }

    @Test func `many or large clusters take no longer and come to the same`() throws {
        let large = try ClusteredSample(
            (0..<10).map { c in (0..<20_000).map { ($0 * 7 + c) % 10 < 3 + c % 3 ? 1 : 0 } })
        let rate = try large.rate()
        let t = try large.mean()
        #expect(rate.interval.contains(rate.value))
        expectClose(rate.interval.lowerBound, t.interval.lowerBound, relative: 0.1)
        expectClose(rate.interval.upperBound, t.interval.upperBound, relative: 0.1)
    }
}
