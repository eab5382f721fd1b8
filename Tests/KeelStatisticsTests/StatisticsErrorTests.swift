import KeelStatistics
import Testing

struct StatisticsErrorTests {
    /// Runs a statistic that must refuse its input, and gives back its error.
    private func refusal(_ body: () throws(StatisticsError) -> Any) throws -> StatisticsError {
        try #require(throws: StatisticsError.self) { try body() }
    }

    @Test func `malformed samples are refused with the place of the defect`() throws {
        #expect(
            try refusal { () throws(StatisticsError) in try ClusteredSample([]) }
                == .empty(what: "clusters"))
        #expect(
            try refusal { () throws(StatisticsError) in try ClusteredSample([[1, 2]]) }
                == .tooFewClusters(count: 1))
        #expect(
            try refusal { () throws(StatisticsError) in try ClusteredSample([[1], []]) }
                == .emptyCluster(index: 1))
        #expect(
            try refusal { () throws(StatisticsError) in try ClusteredSample([[1], [2, .nan]]) }
                == .notFinite(what: "observation of the cluster", index: 1))
        #expect(throws: StatisticsError.self) { try ClusteredSample([[1], [1e200]]) }
        #expect(
            try refusal { () throws(StatisticsError) in try ClusteredSample([1, 2], labels: ["a"]) }
                == .lengthsDiffer(
                    first: "values", firstCount: 2, second: "cluster labels", secondCount: 1))
    }

    @Test func `values that leave no error to estimate are refused, whatever the rounding`() throws
    {
        let level = try ClusteredSample([[0.1, 0.1, 0.1], [0.1], [0.1, 0.1]])
        let mean = try refusal { () throws(StatisticsError) in try level.mean() }
        guard case .noVariation = mean else {
            Issue.record("\(mean)")
            return
        }
        let same = try PairedSample(baseline: level, candidate: level)
        #expect(throws: StatisticsError.self) { try same.difference() }
        #expect(throws: StatisticsError.self) { try same.equivalence(margin: 0.1) }
    }

    @Test func `graded values are refused as a rate, with the cluster named`() throws {
        let graded = try ClusteredSample([[1, 0], [1, 0.5]])
        let error = try refusal { () throws(StatisticsError) in try graded.rate() }
        #expect(error == .notBinary(value: 0.5, cluster: 1))
        #expect("\(error)".hasSuffix("use the mean for graded values."))
    }

    @Test func `arms and ratios of different shape are refused`() throws {
        let two = try ClusteredSample([[1, 2], [3]])
        let three = try ClusteredSample([[1], [2], [3]])
        #expect(throws: StatisticsError.self) { try PairedSample(baseline: two, candidate: three) }
        #expect(throws: StatisticsError.self) {
            try RatioSample(numerators: two, denominators: ClusteredSample([[1], [3]]))
        }
        #expect(throws: StatisticsError.self) {
            try RatioSample(numerators: two, denominators: ClusteredSample([[0, 0], [0]]))
        }
        #expect(throws: StatisticsError.self) {
            try RatioSample(numerators: two, denominators: ClusteredSample([[5, -1], [3]]))
        }
        let tiny = try RatioSample(
            numerators: two, denominators: ClusteredSample([[0, 1e-300], [1e-300]]))
        #expect(throws: StatisticsError.overflow) { try tiny.countRate(per: 1e99) }
    }

    @Test(arguments: [0, 1, -0.5, 2, Double.nan, .infinity])
    func `levels and probabilities outside their range are refused`(level: Double) throws {
        let sample = try ClusteredSample([[0, 1], [1]])
        #expect(throws: StatisticsError.self) { try sample.mean(level: level) }
        #expect(throws: StatisticsError.self) { try sample.rate(level: level) }
        #expect(throws: StatisticsError.self) { try NormalDistribution.quantile(level) }
        #expect(throws: StatisticsError.self) { try PowerAnalysis(alpha: level) }
        #expect(throws: StatisticsError.self) {
            try Proportion.wilson(successes: 1, trials: 2, level: level)
        }
        #expect(throws: StatisticsError.self) { try ClusterBootstrap(clusters: 9, level: level) }
    }

    @Test func `impossible counts and p-values are refused`() throws {
        #expect(throws: StatisticsError.self) { try Proportion.wilson(successes: 3, trials: 2) }
        #expect(throws: StatisticsError.self) { try Proportion.wilson(successes: 0, trials: 0) }
        #expect(throws: StatisticsError.self) { try McNemarTest(gained: -1, lost: 2) }
        #expect(throws: StatisticsError.self) { try McNemarTest(baseline: [], candidate: []) }
        #expect(throws: StatisticsError.self) { try Multiplicity.holm([0.1, 1.1]) }
        #expect(throws: StatisticsError.self) { try Multiplicity.benjaminiHochberg([.nan]) }
        #expect(throws: StatisticsError.self) { try StudentT(degreesOfFreedom: 0) }
        #expect(throws: StatisticsError.self) { try Binomial(trials: 3, probability: 1.5) }
        #expect(throws: StatisticsError.self) { try FailureBudget(costOfFailure: 0, costOfMiss: 1) }
        #expect(throws: StatisticsError.self) {
            try VarianceComponents(ClusteredSample([[1], [2]]))
        }
    }

    @Test func `strengths are refused where contests do not connect the players`() throws {
        #expect(throws: StatisticsError.disconnected(players: [2, 3])) {
            try BradleyTerry(wins: [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 2], [0, 0, 1, 0]])
        }
        #expect(throws: StatisticsError.self) { try BradleyTerry(wins: [[0]]) }
        #expect(throws: StatisticsError.self) { try BradleyTerry(wins: [[0, 1], [1]]) }
        #expect(throws: StatisticsError.self) { try BradleyTerry(wins: [[0, -1], [1, 0]]) }
        #expect(throws: StatisticsError.self) { try BradleyTerry(wins: [[1, 1], [1, 0]]) }
    }

    @Test func `plans that cannot succeed are refused`() throws {
        let analysis = try PowerAnalysis()
        #expect(throws: StatisticsError.undetectable(largestChange: 0.1)) {
            try analysis.detectableChange(probes: 20, discordant: 0.1)
        }
        #expect(throws: StatisticsError.undetectable(largestChange: 0.5)) {
            try analysis.detectableChange(probes: 1, discordant: 0.5)
        }
        #expect(throws: StatisticsError.self) {
            try analysis.probes(toDetect: 0.2, discordant: 0.1)
        }
        #expect(throws: StatisticsError.self) {
            try analysis.probes(toDetect: 1e-200, design: .unpairedRates(near: 0.5))
        }
    }

    @Test func `judges who guess, and labels never declared, are refused`() throws {
        let guess = try Proportion.wilson(successes: 5, trials: 10)
        #expect(
            throws: StatisticsError.uninformativeJudge(truePositiveRate: 0.5, trueNegativeRate: 0.5)
        ) {
            try guess.correctedForJudge(truePositiveRate: guess, trueNegativeRate: guess)
        }
        #expect(throws: StatisticsError.unknownLabel("c", index: 1)) {
            try ConfusionMatrix(labels: ["a", "b"], first: ["a", "b"], second: ["a", "c"])
        }
        let onlyNo = try ConfusionMatrix(
            labels: [false, true], first: [false, false], second: [false, false])
        #expect(throws: StatisticsError.self) { try onlyNo.cohensKappa() }
        #expect(throws: StatisticsError.self) { try onlyNo.truePositiveRate() }
        #expect(throws: StatisticsError.self) {
            try Calibration.brierScore(probabilities: [1.2], outcomes: [true])
        }
    }

    @Test func `a statistic that is not a number stops the bootstrap`() throws {
        var generator = SeededGenerator(seed: 3)
        let bootstrap = try ClusterBootstrap(clusters: 5)
        #expect(throws: StatisticsError.self) {
            try bootstrap.estimate(observations: 5, using: &generator) { _ in .nan }
        }
        #expect(throws: StatisticsError.self) {
            try bootstrap.estimate(observations: 5, using: &generator) { _ in 1 }
        }
    }
}
