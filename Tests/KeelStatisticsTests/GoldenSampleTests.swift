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

    @Test func `clustered rates and their difference solve the score equation`() throws {
        var samples: [ClusteredSample] = []
        for row in golden.rates.cases {
            let sample = try ClusteredSample(row.clusters)
            let rate = try sample.rate()
            expectClose(rate.value, row.value)
            expectClose(rate.standardError, row.error)
            expectClose(rate.interval.lowerBound, row.lower, relative: 1e-7)
            expectClose(rate.interval.upperBound, row.upper, relative: 1e-7)
            samples.append(sample)
        }
        let pairs = try PairedSample(baseline: samples[1], candidate: samples[2])
        let difference = try pairs.rateDifference()
        expectClose(difference.standardError, golden.rates.difference.error)
        expectClose(difference.interval.lowerBound, golden.rates.difference.lower, relative: 1e-7)
        expectClose(difference.interval.upperBound, golden.rates.difference.upper, relative: 1e-7)
    }

    @Test func `variance components match the balanced formulas`() throws {
        let components = try VarianceComponents(ClusteredSample(golden.components.clusters))
        expectClose(components.between, golden.components.between)
        expectClose(components.within, golden.components.within)
    }
}
