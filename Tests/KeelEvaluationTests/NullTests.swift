import Foundation
import KeelEvaluation
import KeelLanguage
import KeelStatistics
import TestSupport
import Testing

/// A model compared with itself: how often its comparison finds something.
struct NullTests {
    /// What the shipped suite reads from answers, with a distribution for each probe that both
    /// runs share.
    private struct World {
        var generator: SeededGenerator
        let metrics =
            (try? Suite.shipped("character"))?.primaryMetrics
            .filter { $0.measure.kind != .gap && $0.measure.kind != .mirror } ?? []

        /// Two runs of one model: p-values of all metrics, nil where the runs are identical.
        mutating func comparison(samples: Int) -> [Double?] {
            metrics.enumerated().map { index, entry in
                // From rare to common, in turn.
                let rate = [0.02, 0.1, 0.3, 0.6][index % 4]
                var arms: [[Observation]] = [[], []]
                var topics: [String: Double] = [:]
                for probe in entry.dimension.probes
                where entry.measure.kind == .counter || !probe.behaviour.isEmpty {
                    let topic = topics[probe.cluster] ?? draw(around: rate)
                    topics[probe.cluster] = topic
                    let own = draw(around: topic)
                    for arm in 0...1 {
                        for sample in 0..<samples {
                            arms[arm].append(
                                Observation(
                                    dimension: entry.dimension.id, metric: entry.metric.id,
                                    probe: probe.id, cluster: probe.cluster, sample: sample,
                                    value: value(own, entry.metric.scale), exposure: 1))
                        }
                    }
                }
                let pair = PairedReadings(
                    entry.dimension, entry.measure, entry.metric, arms[0], arms[1])
                return pair.isIdentical ? nil : pair.pValue
            }
        }

        /// A rate that is some multiple of this one, and stays below 1.
        private mutating func draw(around rate: Double) -> Double {
            let odds = rate / (1 - rate) * exp(Double.random(in: -1.5...1.5, using: &generator))
            return odds / (1 + odds)
        }

        /// Yes or no; a counter's hits come in clumps of up to three.
        private mutating func value(_ rate: Double, _ scale: Metric.Scale) -> Double {
            guard Double.random(in: 0..<1, using: &generator) < rate else { return 0 }
            return scale == .share ? 1 : Double(Int.random(in: 1...3, using: &generator))
        }
    }

    @Test
    func `in 500 simulated comparisons, tests reject in 3 to 7 %, and all together in no more`()
        throws
    {
        var world = World(generator: SeededGenerator(seed: 51))
        var rejected = [Int](repeating: 0, count: world.metrics.count)
        var alarms = 0
        for _ in 0..<500 {
            let pValues = world.comparison(samples: 5)
            for (index, p) in pValues.enumerated() where (p ?? 1) < 0.05 { rejected[index] += 1 }
            if try Multiplicity.holm(pValues.compactMap(\.self)).contains(where: { $0 < 0.05 }) {
                alarms += 1
            }
        }
        #expect(world.metrics.count >= 15)
        let all = Double(rejected.reduce(0, +)) / Double(500 * rejected.count)
        #expect(0.03...0.07 ~= all, "\(rejected)")
        // Holm's method promises 5 % at most; with many rare events it stays below.
        #expect(Double(alarms) / 500 <= 0.07, "\(alarms)")
        // Four standard errors of 5 % of 500; rare events reject less often.
        #expect(rejected.allSatisfy { $0 <= 25 + 20 }, "\(rejected)")
    }

    private let scratch = try? Scratch()

    /// A model whose answers are coins of their probe, their sample and the seed.
    ///
    /// `pulled` moves half of the probes up and half down.
    private func collected(
        _ name: String, _ seed: UInt64, samples: Int = 5, pulled: Double = 0
    ) async throws -> Run {
        let suite = try Suite.shipped("character")
        var config = RunConfig(model: "coins", suite: suite, samples: samples)
        config.sampling.seed = seed
        let run = try Run(
            folder: try #require(scratch).folder.appending(component: name), suite: suite,
            config: config)
        _ = try await run.collect(
            from: ScriptedChatModel(
                logProbability: { completion, _ in -Double(completion.count) },
                answer: { prompt, sample, options in
                    let text = prompt.question.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
                    var coins = SeededGenerator(
                        seed: text &+ options.seed &* 1_000_003 &+ UInt64(sample) &* 7919)
                    let own = Double(text % 7) / 10
                    let pull = text % 2 == 0 ? pulled : -pulled
                    let apologises = Double.random(in: 0..<1, using: &coins) < own + pull
                    let asks = Double.random(in: 0..<1, using: &coins) < 0.4
                    return (apologises ? "I apologize. " : "") + "It is so."
                        + (asks ? " Is it?" : "")
                }))
        return run
    }

    @Test func `drawn from one run of many samples, comparisons find little`() async throws {
        let run = try await collected("many", 1, samples: 40)
        let null = try FalseAlarms(in: [run], samples: 5, comparisons: 200)
        #expect(null.comparisons == 200 && null.samples == 5)
        #expect(null.anything.value < 0.1 && null.anything.low <= null.anything.value)
        #expect(null.metrics.contains { $0.metric == "apology-per-reply" })
        #expect(!null.metrics.contains { $0.metric == "gap" })
        #expect(
            try FalseAlarms(in: [run], samples: 5, comparisons: 200) == null, "draws have a seed")
        #expect(
            null.sentence.hasPrefix(
                "The null: 200 comparisons drawn from the model's own samples, 5 against 5"))
    }

    @Test func `two seeds of one model are a null, two models are none`() async throws {
        let one = try await collected("one", 1)
        let two = try await collected("two", 2)
        let null = try FalseAlarms(in: [one, two], comparisons: 100)
        #expect(null.samples == 5 && null.anything.value < 0.15)
        #expect(throws: RunError.self) { try FalseAlarms(in: []) }
        #expect(throws: RunError.self) { try FalseAlarms(in: [one], samples: 3) }
        #expect(throws: RunError.self) { try FalseAlarms(in: [one, two], comparisons: -1) }
        let longer = try await collected("longer", 1, samples: 6)
        let refusal = try #require(throws: RunError.self) {
            try FalseAlarms(in: [one, longer])
        }
        #expect("\(refusal)".contains("samples (5 → 6)"))
    }

    @Test func `more samples tell where probes agree, and the count is about right`() async throws {
        func pair(_ samples: Int) async throws -> (before: Run, after: Run) {
            try await (
                collected("before \(samples)", 1, samples: samples),
                collected("after \(samples)", 2, samples: samples)
            )
        }
        func apologies(_ runs: (before: Run, after: Run), margin: Double) throws -> Change {
            try #require(
                Comparison(of: runs.before, with: runs.after, margin: margin).changes
                    .first { $0.metric.id == "apology-per-reply" })
        }
        let few = try await pair(4)
        // The widest margin that four samples leave open.
        let margins = stride(from: 0.4, to: 0.05, by: -0.02)
        let margin = try #require(
            try margins.first {
                try apologies(few, margin: $0).verdict == .notEnoughData
            })
        let change = try apologies(few, margin: margin)
        let more = try #require(change.samplesNeeded, "\(change)")
        #expect(1...60 ~= more)
        #expect(change.sentence.contains("more samples a probe would tell, or ") || more == 1)
        let enough = try await apologies(pair(4 + more), margin: margin)
        #expect(enough.verdict == .noWorse, "\(more): \(enough.sentence)")
    }

    @Test func `where probes change each its own way, no number of samples tells`() async throws {
        let before = try await collected("even", 1, samples: 12)
        let after = try await collected("uneven", 2, samples: 12, pulled: 0.2)
        let change = try #require(
            Comparison(of: before, with: after, margin: 0.05).changes
                .first { $0.metric.id == "apology-per-reply" })
        #expect(change.verdict == .notEnoughData && change.samplesNeeded == nil)
        let probes = try #require(change.probesNeeded)
        #expect(
            change.sentence.contains(
                "no number of samples on these probes would tell, but \(probes) more probes"))
    }
}
