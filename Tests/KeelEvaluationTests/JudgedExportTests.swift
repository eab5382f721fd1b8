import Foundation
import KeelEvaluation
import KeelFormats
import KeelLanguage
import TestSupport
import Testing

/// A judged run as a log of Inspect and as a table.
struct JudgedExportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private struct Log: Decodable {
        struct Spec: Decodable { var metadata: [String: String] }

        struct Results: Decodable {
            struct Score: Decodable {
                struct Metric: Decodable { var value: Double }

                var name: String
                var metrics: [String: Metric]
                var scored_samples, unscored_samples: Int
            }

            var scores: [Score]
        }

        struct Sample: Decodable {
            struct Score: Decodable {
                var value: Double
                var explanation: String?
            }

            struct Judged: Decodable {
                struct Vote: Decodable {
                    var order: [Verdict]
                    var reply: String?
                    var logprobs: [Double]?
                }

                var rubric: String
                var verdict: Verdict?
                var missing: MissingVerdict?
                var votes: [Vote]
            }

            struct About: Decodable {
                var dimension: String
                var judged: [Judged]?
            }

            struct Output: Decodable { var completion: String }

            var output: Output
            var scores: [String: Score]
            var metadata: About
        }

        var eval: Spec
        var results: Results
        var samples: [Sample]
    }

    private func log(of run: Run) throws -> Log {
        let file = try run.export(.inspect, to: scratch.folder.appending(component: "log.json"))
        return try JSONDecoder().decode(Log.self, from: Data(contentsOf: file))
    }

    /// An honest judge that has no words for rude answers.
    private let halting = ScriptedChatModel(name: "honest") { prompt, _, _ in
        let read = Read(prompt)
        return read.judged.last?.contains("rude") == true ? "I would rather not." : read.honest
    }

    @Test func `verdicts are scores with what the judge quoted, and its votes stand beside them`()
        async throws
    {
        let run = try await scratch.answered("run")
        let before = try log(of: run)
        #expect(before.results.scores.map(\.name).allSatisfy { $0.hasPrefix("apology") })
        #expect(before.samples.allSatisfy { $0.metadata.judged == nil })
        #expect(try await run.judge(by: honestJudge).isEmpty)
        let judged = try log(of: run)
        #expect(judged.eval.metadata["judge"] == "honest")
        let rate = judged.results.scores.first { $0.name == "kind-behaviour" }
        #expect(rate?.metrics["kindness"]?.value == 1.0 / 3)
        for sample in judged.samples {
            let verdicts = sample.metadata.judged ?? []
            #expect(verdicts.count == (sample.metadata.dimension == "kindness" ? 1 : 0))
            guard let found = verdicts.first else { continue }
            let answer = sample.output.completion
            let isKind = answer.contains("kind")
            let score = try #require(sample.scores["kind-behaviour"])
            #expect(found.rubric == "kind" && (score.value == 1) == isKind)
            #expect((found.verdict == .behaviour) == isKind && found.missing == nil)
            #expect(score.value == 0 || score.explanation?.contains(answer) == true)
            // Two votes, between which every letter changes its meaning.
            #expect(found.votes.count == 2 && found.votes.allSatisfy { $0.logprobs == nil })
            #expect(zip(found.votes[0].order, found.votes[1].order).allSatisfy { $0 != $1 })
            for vote in found.votes {
                let letter = try #require(
                    vote.order.firstIndex { $0 == found.verdict }.map { ["A", "B", "C"][$0] })
                #expect(vote.reply?.hasSuffix("VERDICT: \(letter)") == true)
            }
        }
    }

    @Test func `an answer without a verdict has no score, but says why and shows the votes`()
        async throws
    {
        let run = try await scratch.answered("run")
        _ = try await run.judge(by: halting)
        let log = try log(of: run)
        let rude = log.samples.filter { $0.output.completion.contains("rude") }
            .filter { $0.metadata.dimension == "kindness" }
        #expect(rude.count == 6)
        for sample in rude {
            #expect(sample.scores["kind-behaviour"] == nil)
            let found = try #require(sample.metadata.judged?.first)
            #expect(found.verdict == nil && found.missing == .unparsable)
            #expect(found.votes.map(\.reply) == ["I would rather not.", "I would rather not."])
        }
        let score = log.results.scores.first { $0.name == "kind-opposite" }
        #expect(score?.scored_samples == 12 && score?.unscored_samples == 6)
    }

    @Test func `the table of readings has the verdicts, missing ones without a value`()
        async throws
    {
        let run = try await scratch.answered("run")
        _ = try await run.judge(by: halting)
        let file = try run.export(
            .readings, to: scratch.folder.appending(component: "readings.csv"))
        var reader = try CSVReader(path: file.path)
        var rows: [CSVRow] = []
        while let row = try reader.next() { rows.append(row) }
        rows.removeAll { $0["metric"]?.hasPrefix("kind-") != true }
        #expect(rows.count == 3 * 18)
        for record in try run.map().metrics where record.metric.hasPrefix("kind-") {
            let own = rows.filter { $0["metric"] == record.metric }
            #expect(own.count { $0["value"] == "" } == record.missing && record.missing == 6)
            let values = own.compactMap { $0["value"].flatMap(Double.init) }
            #expect(values.count == 12 && own.allSatisfy { $0["unit"] == "share" })
            #expect(values.reduce(0, +) / 12 == record.value)
        }
    }

    @Test(.enabled(if: InspectReader.isThere, InspectReader.missing))
    func `Inspect's own reader opens the log of a judged run`() async throws {
        let run = try await scratch.answered("run")
        _ = try await run.judge(by: halting)
        let scored = try await scratch.answered("scored")
        let judge = ScriptedChatModel(
            name: "honest", logProbability: { text, _ in text.hasSuffix("B") ? -1 : -2 },
            answer: { _, _, _ in "" })
        _ = try await scored.judge(by: judge, reading: .scored)
        try await InspectReader.read([
            run.export(.inspect, to: scratch.folder.appending(component: "quoted.json")),
            scored.export(.inspect, to: scratch.folder.appending(component: "scored.json")),
        ])
    }
}
