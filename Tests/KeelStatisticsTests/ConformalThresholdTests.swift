import KeelStatistics
import Testing

@Suite struct ConformalThresholdTests {
    /// The law: whatever the distribution, a new value passes the threshold as often as is said.
    @Test(arguments: [(19, 0.05), (20, 0.05), (39, 0.05), (9, 0.1), (30, 0.2), (4, 0.5)])
    func `new values pass as often as is said, and no more often than was asked for`(
        count: Int, rate: Double
    ) throws {
        var random = SeededGenerator(seed: 11)
        // A skew distribution; conformal thresholds do not care.
        func draw() -> Double {
            let u = Double.random(in: 0..<1, using: &random)
            return u * u * u / (1.001 - u)
        }
        let trials = 20_000
        var passed = 0
        var expected = 0.0
        for _ in 0..<trials {
            let threshold = try ConformalThreshold((0..<count).map { _ in draw() }, rate: rate)
            if draw() > threshold.value { passed += 1 }
            expected = threshold.expectedRate
        }
        #expect(expected <= rate + 1e-12)
        let share = Double(passed) / Double(trials)
        // Four standard errors.
        #expect(
            abs(share - expected) < 4 * (expected * (1 - expected) / Double(trials)).squareRoot())
    }

    /// Given a calibration the probability is fixed; the interval has to hold it so often.
    @Test func `the interval holds the probability given the calibration`() throws {
        var random = SeededGenerator(seed: 5)
        let trials = 4000
        var held = 0
        for _ in 0..<trials {
            // Of evenly drawn values the probability to pass is what is left above the threshold.
            let values = (0..<20).map { _ in Double.random(in: 0..<1, using: &random) }
            let threshold = try ConformalThreshold(values, rate: 0.05, level: 0.9)
            if threshold.interval.contains(1 - threshold.value) { held += 1 }
        }
        let share = Double(held) / Double(trials)
        #expect(abs(share - 0.9) < 4 * (0.09 / Double(trials)).squareRoot())
    }

    @Test func `ties only make alarms rarer`() throws {
        let threshold = try ConformalThreshold([1, 2, 2, 2, 2, 2, 2, 2, 2], rate: 0.1)
        #expect(threshold.value == 2 && threshold.rank == 9 && threshold.count == 9)
    }

    @Test func `too few values are refused with how many are needed`() {
        #expect(ConformalThreshold.fewest(for: 0.05) == 19)
        #expect(ConformalThreshold.fewest(for: 0.01) == 99)
        #expect(ConformalThreshold.fewest(for: 0.5) == 1)
        let error = #expect(throws: StatisticsError.self) {
            try ConformalThreshold(Array(repeating: 1.0, count: 18), rate: 0.05)
        }
        #expect(error?.description.contains("at least 19") == true)
    }

    @Test(arguments: [0.0, 1.0, -0.5, Double.nan, Double.infinity])
    func `a rate that is none is refused`(rate: Double) {
        #expect(throws: StatisticsError.self) {
            try ConformalThreshold([1, 2, 3], rate: rate)
        }
        #expect(ConformalThreshold.fewest(for: rate) >= 1)
    }

    @Test func `what is no number is refused`() {
        #expect(throws: StatisticsError.self) {
            try ConformalThreshold([1, .nan, 3], rate: 0.5)
        }
    }
}
