import Foundation
import KeelStatistics
import Testing

struct JudgementLawTests {
    @Test func `a perfect judge changes nothing but adds the doubt of its calibration`() throws {
        let observed = try Proportion.wilson(successes: 30, trials: 100)
        let perfect = try Proportion.wilson(successes: 50, trials: 50)
        let corrected = try observed.correctedForJudge(
            truePositiveRate: perfect, trueNegativeRate: perfect)
        expectClose(corrected.value, 0.3)
        expectClose(corrected.standardError, observed.standardError)
        #expect(corrected.interval.lowerBound < observed.interval.lowerBound)
        #expect(corrected.interval.upperBound > observed.interval.upperBound)
    }

    @Test func `a corrected rate undoes the errors of the judge, and stays within 0 and 1`() throws
    {
        let tpr = try Proportion.wilson(successes: 900, trials: 1000)
        let tnr = try Proportion.wilson(successes: 950, trials: 1000)
        // A true rate of 0.2 shows as 0.2 · 0.9 + 0.8 · 0.05.
        let observed = try Proportion.wilson(successes: 220, trials: 1000)
        let corrected = try observed.correctedForJudge(
            truePositiveRate: tpr, trueNegativeRate: tnr)
        expectClose(corrected.value, 0.2)
        let none = try Proportion.wilson(successes: 0, trials: 40).correctedForJudge(
            truePositiveRate: tpr, trueNegativeRate: tnr)
        #expect(none.value == 0 && none.interval.lowerBound == 0 && none.interval.upperBound > 0)
    }

    @Test func `a judge that may be guessing leaves every rate possible`() throws {
        let doubtful = try Proportion.wilson(successes: 6, trials: 10)
        let corrected = try Proportion.wilson(successes: 50, trials: 100).correctedForJudge(
            truePositiveRate: doubtful, trueNegativeRate: doubtful)
        #expect(corrected.interval == 0...1)
    }

    @Test func `raters who always agree still leave kappa and AC1 open`() throws {
        let labels = (0..<20).map { $0 % 4 == 0 }
        let matrix = try ConfusionMatrix(labels: [false, true], first: labels, second: labels)
        for estimate in [try matrix.cohensKappa(), try matrix.ac1()] {
            #expect(estimate.value == 1 && estimate.interval.upperBound == 1)
            #expect(estimate.interval.lowerBound < 0.8)
        }
        #expect(try matrix.truePositiveRate().observations == 5)
        #expect(try matrix.trueNegativeRate().observations == 15)
    }

    @Test func `exchanging the raters changes no agreement`() throws {
        var generator = SeededGenerator(seed: 11)
        let first = (0..<60).map { _ in Int.random(in: 0..<3, using: &generator) }
        let second = first.map { Bool.random(using: &generator) ? $0 : ($0 + 1) % 3 }
        let forward = try ConfusionMatrix(labels: [0, 1, 2], first: first, second: second)
        let backward = try ConfusionMatrix(labels: [2, 0, 1], first: second, second: first)
        expectClose(try forward.cohensKappa().value, try backward.cohensKappa().value)
        expectClose(try forward.ac1().standardError, try backward.ac1().standardError)
    }

    @Test func `strengths follow wins, add up to zero, and turn round with the table`() throws {
        let wins: [[Double]] = [[0, 9, 10], [1, 0, 7], [0, 3, 0]]
        let model = try BradleyTerry(wins: wins)
        let values = model.strengths.map(\.value)
        #expect(values[0] > values[1] && values[1] > values[2])
        expectClose(values.reduce(0, +), 0, absolute: 1e-10)
        let lost = try BradleyTerry(wins: (0..<3).map { i in (0..<3).map { wins[$0][i] } })
        for player in 0..<3 {
            expectClose(lost.strengths[player].value, -values[player], relative: 1e-8)
        }
        let forward = try model.winProbability(of: 0, over: 1)
        let backward = try model.winProbability(of: 1, over: 0)
        expectClose(forward.value, 1 - backward.value)
        expectClose(forward.interval.upperBound, 1 - backward.interval.lowerBound)
        #expect(forward.interval.contains(forward.value))
    }

    @Test func `only the sampling part of the variance falls with more samples`() throws {
        let within = try VarianceComponents(ClusteredSample([[0, 1], [1, 0], [0, 1]]))
        #expect(within.between == 0 && within.intraclassCorrelation == 0)
        let between = try VarianceComponents(ClusteredSample([[0, 0], [1, 1], [0, 0]]))
        #expect(between.within == 0 && between.intraclassCorrelation == 1)
        let analysis = try PowerAnalysis()
        func change(_ parts: VarianceComponents, samples: Int) throws -> Double {
            try analysis.detectableChange(
                probes: 50,
                design: .unpaired(baseline: parts, candidate: parts, samples: samples))
        }
        expectClose(try change(within, samples: 1), 2 * (try change(within, samples: 4)))
        expectClose(try change(between, samples: 1), try change(between, samples: 4))
    }

    @Test func `planned probes find the change they were planned for`() throws {
        let analysis = try PowerAnalysis()
        for discordant in [0.1, 0.3] {
            let probes = try analysis.probes(toDetect: 0.05, discordant: discordant)
            #expect(try analysis.detectableChange(probes: probes, discordant: discordant) <= 0.05)
            #expect(
                try analysis.detectableChange(probes: probes - 1, discordant: discordant) > 0.05)
        }
    }

    @Test func `calibration scores are zero for prophets and known for simple cases`() throws {
        let outcomes = [true, false, true, true]
        let prophecy = outcomes.map { $0 ? 1.0 : 0 }
        #expect(try Calibration.brierScore(probabilities: prophecy, outcomes: outcomes) == 0)
        let flat = [0.5, 0.5, 0.5, 0.5]
        #expect(try Calibration.brierScore(probabilities: flat, outcomes: outcomes) == 0.25)
        expectClose(
            try Calibration.expectedCalibrationError(probabilities: flat, outcomes: outcomes), 0.25)
        expectClose(
            try Calibration.expectedCalibrationError(
                probabilities: [0.05, 0.9, 0.95, 1], outcomes: outcomes, bins: 2),
            0.95 / 4 + 0.85 / 4)
    }

    @Test func `the acceptable failure rate is where trying and holding back cost the same`() throws
    {
        let risk = try FailureBudget(costOfFailure: 3, costOfMiss: 1).acceptableProbability
        #expect(risk == 0.25)
        expectClose(risk * 3, (1 - risk) * 1)
    }

    @Test func `estimates survive JSON`() throws {
        let estimate = try Proportion.wilson(successes: 3, trials: 17)
        let data = try JSONEncoder().encode(estimate)
        #expect(try JSONDecoder().decode(Estimate.self, from: data) == estimate)
    }

    @Test func `a seed gives the published stream of SplitMix64`() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }
}
