import KeelStatistics
import Testing

struct GoldenSampleTests {
    let golden: Goldens
    let before, after: ClusteredSample

    init() throws {
        golden = try Goldens.load()
        before = try ClusteredSample(golden.samples.before)
        after = try ClusteredSample(golden.samples.after)
    }

    @Test func `the clustered mean is that of statsmodels' clustered regression`() throws {
        expectMatch(try before.mean(), golden.samples.mean)
    }

    @Test func `the ratio is that of statsmodels' weighted clustered regression`() throws {
        let sample = try RatioSample(
            numerators: ClusteredSample(golden.samples.hits),
            denominators: ClusteredSample(golden.samples.tokens))
        expectMatch(try sample.ratio(), golden.samples.ratio)
        let perThousand = try sample.ratio(per: 1000)
        expectClose(perThousand.standardError, 1000 * golden.samples.ratio.error)
    }

    @Test func `the paired difference and its p-value are those of statsmodels`() throws {
        let pairs = try PairedSample(baseline: before, candidate: after)
        expectMatch(try pairs.difference(), golden.samples.paired)
        expectClose(try pairs.pValue(), golden.samples.paired.p)
    }

    @Test func `equivalence of single pairs is statsmodels' ttost_paired`() throws {
        let pairs = try PairedSample(
            baseline: ClusteredSample(golden.samples.before.map { Array($0.prefix(1)) }),
            candidate: ClusteredSample(golden.samples.after.map { Array($0.prefix(1)) }))
        let result = try pairs.equivalence(margin: golden.samples.tost.margin)
        expectClose(result.pValue, golden.samples.tost.p)
        #expect((result.verdict == .equivalent) == (golden.samples.tost.p < 0.05))
    }

    @Test func `the enumerated sign-flip test matches numpy's enumeration`() throws {
        let pairs = try PairedSample(
            baseline: ClusteredSample(golden.samples.before.prefix(9).map { Array($0.prefix(1)) }),
            candidate: ClusteredSample(golden.samples.after.prefix(9).map { Array($0.prefix(1)) }))
        var generator = SeededGenerator(seed: 1)
        #expect(try pairs.signFlipPValue(using: &generator) == golden.samples.signFlip)
    }

    @Test func `clustered rates and their difference agree with integrated scipy likelihoods`()
        throws
    {
        var samples: [ClusteredSample] = []
        for row in golden.rates.cases {
            let sample = try ClusteredSample(row.clusters)
            let rate = try sample.rate()
            expectClose(rate.value, row.value)
            expectClose(rate.standardError, row.error)
            expectClose(rate.interval.lowerBound, row.lower, relative: 2e-3)
            expectClose(rate.interval.upperBound, row.upper, relative: 2e-3)
            samples.append(sample)
        }
        let pairs = try PairedSample(baseline: samples[1], candidate: samples[2])
        expectNear(try pairs.rateDifference(), golden.rates.difference)
    }

    @Test func `count rates and their differences agree with scipy and statsmodels`() throws {
        let samples = try golden.counts.cases.map { row in
            try RatioSample(
                numerators: ClusteredSample(row.hits), denominators: ClusteredSample(row.tokens))
        }
        for (row, sample) in zip(golden.counts.cases, samples) {
            let rate = try sample.countRate()
            expectClose(rate.value, row.value)
            expectClose(rate.standardError, row.error)
            expectClose(rate.interval.lowerBound, row.lower, relative: 5e-3)
            expectClose(rate.interval.upperBound, row.upper, relative: 5e-3)
        }
        let pairs = try PairedRatioSample(baseline: samples[0], candidate: samples[1])
        expectMatch(try pairs.difference(), golden.counts.delta)
        expectNear(try pairs.countDifference(), golden.counts.difference)
        let perThousand = try pairs.countDifference(per: 1000)
        expectClose(
            perThousand.interval.upperBound,
            try pairs.countDifference().interval.upperBound * 1000)
    }

    @Test func `a magnitude is statsmodels' gamma regression with a logarithmic link`() throws {
        expectMatch(
            try ClusteredSample(golden.counts.sizes).magnitude(), golden.counts.magnitude)
    }

    @Test func `relabelling is numpy's enumeration, and a sum of hypergeometric variables`()
        throws
    {
        for (index, row) in golden.relabelling.enumerated() {
            var generator = SeededGenerator(seed: 40)
            let pairs = try PairedSample(
                baseline: ClusteredSample(row.before), candidate: ClusteredSample(row.after))
            let p = try pairs.relabellingPValue(resamples: 40_000, using: &generator)
            // The second case has fractions, so its relabellings are drawn.
            expectClose(p, row.p, relative: 1e-9, absolute: index == 1 ? 0.006 : 0)
            expectClose(pairs.relabellingError, row.error)
        }
    }

    @Test func `the bootstrap's interval is scipy's BCa with the wider levels`() throws {
        let golden = golden.bootstrap
        let clusters = golden.clusters
        var indices = ListedIndices(clusters: clusters.count)
        let bootstrap = try ClusterBootstrap(clusters: clusters.count, resamples: 500)
        let estimate = try bootstrap.estimate(observations: 27, using: &indices) { drawn in
            drawn.reduce(0) { $0 + clusters[$1].reduce(0, +) } / Double(3 * drawn.count)
        }
        expectClose(estimate.value, golden.value)
        expectClose(estimate.standardError, golden.error)
        expectClose(estimate.interval.lowerBound, golden.lower)
        expectClose(estimate.interval.upperBound, golden.upper)
    }

    @Test func `variance components match the balanced formulas`() throws {
        let components = try VarianceComponents(ClusteredSample(golden.components.clusters))
        expectClose(components.between, golden.components.between)
        expectClose(components.within, golden.components.within)
    }
}

/// Makes `next(upperBound:)` give the indices that the golden script lists.
private struct ListedIndices: RandomNumberGenerator {
    let clusters: Int
    private var drawn = 0

    init(clusters: Int) { self.clusters = clusters }

    mutating func next() -> UInt64 {
        let (b, c) = drawn.quotientAndRemainder(dividingBy: clusters)
        drawn += 1
        let index = (17 * b + c * (b % 7 + 3) + b * b / 5) % clusters
        // The middle of the words that are scaled down to this index.
        return UInt64((Double(index) + 0.5) / Double(clusters) * 0x1p64)
    }
}

/// Expects an interval that was integrated on a grid, and a value and error that were not.
private func expectNear(
    _ estimate: Estimate, _ fit: Goldens.Fit, sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose(estimate.value, fit.value, sourceLocation: sourceLocation)
    expectClose(estimate.standardError, fit.error, sourceLocation: sourceLocation)
    expectClose(
        estimate.interval.lowerBound, fit.lower, relative: 2e-3, sourceLocation: sourceLocation)
    expectClose(
        estimate.interval.upperBound, fit.upper, relative: 2e-3, sourceLocation: sourceLocation)
}
