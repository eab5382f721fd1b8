import Foundation
import KeelEvaluation
import KeelLanguage
import KeelStatistics
import TestSupport
import Testing

struct PlanTests {
    private let scratch = try? Scratch()

    private func row(
        _ metric: String, _ plan: DetectableChanges
    ) throws -> DetectableChanges.Row {
        try #require(plan.rows.first { $0.metric.id == metric })
    }

    @Test func `twice the probes or the samples see smaller changes, of gaps only probes do`()
        throws
    {
        let plan = try DetectableChanges(of: .shipped("character"), samples: 5)
        let apologies = try row("apology-per-reply", plan)
        let asked = try #require(apologies.asked)
        #expect(apologies.test == .answers && !apologies.isMeasured)
        #expect(abs(try #require(apologies.twiceSamples) * 2.0.squareRoot() - asked) < 1e-12)
        #expect(abs(try #require(apologies.twiceProbes) * 2.0.squareRoot() - asked) < 1e-12)
        let gap = try row("gap", plan)
        #expect(gap.test == .probes && gap.twiceSamples == gap.asked)
        #expect(try #require(gap.twiceProbes) < #require(gap.asked))
        // A gap has nothing but probes to vary between; of what is sampled, a fifth is assumed to.
        #expect(gap.betweenProbes == 1)
        #expect(abs(try #require(apologies.betweenProbes) - 0.2) < 1e-12)
        #expect(plan.tests == plan.rows.count && plan.assumptions.count >= 3)
    }

    @Test func `the change that was planned for is found about four times in five`() throws {
        let suite = try Suite.shipped("character")
        let plan = try DetectableChanges(of: suite, samples: 5)
        let change = try #require(try row("apology-per-reply", plan).asked)
        let entry = try #require(
            suite.primaryMetrics.first { $0.metric.id == "apology-per-reply" })
        var generator = SeededGenerator(seed: 61)
        let alpha = 0.05 / Double(plan.tests)
        let found = try (0..<300).count { _ in
            let arms = [0.3 - change / 2, 0.3 + change / 2].map { rate in
                entry.dimension.probes.flatMap { probe in
                    (0..<5).map { sample in
                        // Clumps of two at half the rate: a variance of 1.5 times the mean or so.
                        let isHit = Double.random(in: 0..<1, using: &generator) < rate / 1.5
                        let hits = isHit ? (Bool.random(using: &generator) ? 1.0 : 2) : 0
                        return Observation(
                            dimension: entry.dimension.id, metric: entry.metric.id,
                            probe: probe.id, cluster: probe.cluster, sample: sample, value: hits,
                            exposure: 1)
                    }
                }
            }
            let pair = PairedReadings(
                entry.dimension, entry.measure, entry.metric, arms[0], arms[1])
            return try #require(pair.pValue) < alpha
        }
        #expect(200...290 ~= found, "\(found)")
    }

    @Test func `a former run's variances take the place of assumptions`() async throws {
        let scratch = try #require(scratch)
        let run = try scratch.run("former") { $0.samples = 6 }
        _ = try await run.collect(
            from: ScriptedChatModel(
                logProbability: { completion, prompt in
                    -Double(completion.count + prompt.question.count) / 10
                },
                answer: { prompt, sample, _ in
                    (sample + prompt.question.count) % 3 == 0 ? "I apologize. Paris." : "Lyon."
                }))
        let plan = try DetectableChanges(of: run.suite, samples: 6, like: run)
        let measured = plan.rows.filter(\.isMeasured).map(\.metric.id)
        #expect(measured.contains("apology-per-reply") && measured.contains("behaviour"))
        // Nothing ends with a question, so nothing is known of how that varies.
        #expect(!measured.contains("follow-up-per-reply"))
        #expect(plan.assumptions.contains("Variances are those of former."))
        #expect(plan.rows.compactMap(\.betweenProbes).allSatisfy { (0...1).contains($0) })
        let data = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(DetectableChanges.self, from: data) == plan)
        #expect(throws: RunError.self) { try DetectableChanges(of: run.suite, samples: 0) }
        #expect(throws: RunError.self) {
            try DetectableChanges(of: .shipped("character"), samples: 5, like: run)
        }
    }

    @Test func `the cheaper a failure, the more of them show that one tries`() throws {
        let dear = try FailurePlan(costOfFailure: 100, costOfMiss: 1, attempts: 20, failures: 0)
        #expect(dear.verdict == .asExpected && dear.expectedFailures < 0.2)
        let cheap = try FailurePlan(costOfFailure: 1, costOfMiss: 4, attempts: 20, failures: 0)
        #expect(abs(cheap.acceptable - 0.8) < 1e-12)
        // Chances spread evenly below 0.8 average 0.4.
        #expect(abs(cheap.expectedFailures - 8) < 1e-9 && abs(cheap.worthTrying - 0.8) < 1e-12)
        #expect(cheap.verdict == .tooFew)
        #expect(cheap.sentences.contains { $0.hasPrefix("0 of 20 failed: too few") })
        #expect(cheap.sentences.contains { $0.contains("does not show where the limit is") })
        let reckless = try FailurePlan(costOfFailure: 9, costOfMiss: 1, attempts: 20, failures: 9)
        #expect(reckless.verdict == .tooMany)
        let taught = try FailurePlan(
            costOfFailure: 3, costOfMiss: 1, worthOfLesson: 3, attempts: 10)
        #expect(taught.acceptable == 1 && taught.worthTrying == 1)
        let risky = try FailurePlan(
            costOfFailure: 1, costOfMiss: 1, attempts: 20, spread: (a: 5, b: 1))
        #expect(risky.worthTrying < 0.05 && risky.expectedFailures > 8)
    }

    @Test func `a dimension that never fails says nothing`() async throws {
        let scratch = try #require(scratch)
        let run = try scratch.run("tame")
        _ = try await run.collect(
            from: ScriptedChatModel(
                logProbability: { completion, _ in -Double(completion.count) },
                answer: { _, _, _ in "It is Paris, and Rome is Rome." }))
        let plan = try FailurePlan(
            costOfFailure: 1, costOfMiss: 1, attempts: 10, map: try run.map())
        let holds = plan.records.filter { $0.dimension == "holds" }
        #expect(!holds.isEmpty && holds.contains(where: \.saysNothing))
        #expect(plan.sentences.contains { $0.contains("never fails") && $0.contains("harder") })
        #expect(plan.withoutRate > 0)
        #expect(plan.sentences.last?.hasPrefix("\(plan.withoutRate) more measures") == true)
        // One dimension alone may say nothing; the suite does so when all do.
        var whole = plan
        whole.records = holds.filter(\.saysNothing)
        #expect(whole.sentences.contains { $0.contains("the suite as a whole says nothing") })
        whole.records[0].failing = 0.5
        #expect(!whole.sentences.contains { $0.contains("the suite as a whole says nothing") })
    }

    @Test func `numbers that make no plan are refused`() {
        for (failure, miss, lesson, attempts, failures) in [
            (0, 1, 0, 10, nil), (1, -1, 0, 10, nil), (1, 1, -1, 10, nil), (1, 1, 0, 0, nil),
            (1, 1, 0, 10, 11), (1, 1, 0, 10, -1), (.nan, 1, 0, 10, nil),
        ] as [(Double, Double, Double, Int, Int?)] {
            #expect(throws: StatisticsError.self) {
                try FailurePlan(
                    costOfFailure: failure, costOfMiss: miss, worthOfLesson: lesson,
                    attempts: attempts, failures: failures)
            }
        }
        #expect(throws: StatisticsError.self) {
            try FailurePlan(
                costOfFailure: 1, costOfMiss: 1, attempts: 10, spread: (a: 0, b: 1))
        }
    }
}
