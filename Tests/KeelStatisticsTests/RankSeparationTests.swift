import KeelStatistics
import Testing

@Suite struct RankSeparationTests {
    @Test func `area and error agree with scipy's rank sums and DeLong's formula`() throws {
        for golden in try Goldens.load().separation {
            let area = try RankSeparation(positives: golden.one, negatives: golden.other).area
            expectClose(area.value, golden.value)
            expectClose(area.standardError, golden.error)
            expectClose(area.interval.lowerBound, golden.lower)
            expectClose(area.interval.upperBound, golden.upper)
        }
    }

    @Test func `the other way round, the area is the rest`() throws {
        let one = try RankSeparation(positives: [3, 1, 4], negatives: [2, 1, 0, 5])
        let other = try RankSeparation(positives: [2, 1, 0, 5], negatives: [3, 1, 4])
        expectClose(one.area.value + other.area.value, 1)
        expectClose(one.area.standardError, other.area.standardError)
        expectClose(
            one.positivePlacements.reduce(0, +) / 3, one.negativePlacements.reduce(0, +) / 4)
    }

    @Test func `what separates perfectly is not called certain`() throws {
        let area = try RankSeparation(positives: [3, 4, 5], negatives: [0, 1, 2]).area
        #expect(area.value == 1 && area.interval.upperBound == 1)
        #expect(area.interval.lowerBound < 0.5)
        let tied = try RankSeparation(positives: [1, 1], negatives: [1, 1]).area
        #expect(tied.value == 0.5 && tied.interval.contains(0.5))
        #expect(tied.interval.lowerBound < 0.1)
    }

    @Test func `bad scores are refused`() {
        #expect(throws: StatisticsError.tooFewClusters(count: 1)) {
            try RankSeparation(positives: [1], negatives: [0, 2])
        }
        #expect(throws: StatisticsError.notFinite(what: "score of the second kind", index: 1)) {
            try RankSeparation(positives: [1, 2], negatives: [0, .infinity])
        }
    }
}
