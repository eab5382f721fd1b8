import Foundation
import KeelEvaluation
import KeelLanguage
import Testing

/// The log that `Scripts/goldens/inspect_log.py` had Inspect read, and what Inspect read in it.
///
/// After a wanted change, run the tests with `KEEL_RECORD=1`, then the script.
struct InspectLogTests {
    private static let goldens = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(component: "Goldens")

    /// What Inspect's reader found.
    private struct Read: Decodable {
        struct Sample: Decodable {
            var roles: [String]
            var answer, stop: String
            var tokens: Int
            var scores: [String: Double]
        }

        var inspect, status, task, id, model, created: String
        var canary: String
        var total, completed: Int
        var results: [String: [String: Double]]
        var samples: [String: Sample]
    }

    @Test(arguments: [ExportFormat.inspect, .inspectGaps])
    func `the log is the one that Inspect's reader has read`(format: ExportFormat) async throws {
        let small = try await SmallRun()
        let text = try String(contentsOf: small.export(format, "log.json"), encoding: .utf8)
        let golden = Self.goldens.appending(component: "\(format.rawValue).json")
        if ProcessInfo.processInfo.environment["KEEL_RECORD"] == "1" {
            try Data(text.utf8).write(to: golden)
        }
        #expect(try String(contentsOf: golden, encoding: .utf8) == text)
    }

    @Test func `Inspect reads the numbers of the map, and every sample`() async throws {
        let read = try JSONDecoder().decode(
            [String: Read].self,
            from: Data(contentsOf: Self.goldens.appending(component: "inspect-read.json")))
        let (answers, gaps) = try (#require(read["inspect"]), #require(read["inspect-gaps"]))
        let small = try await SmallRun()
        let (run, map, records) = try (small.run, small.run.map(), small.run.records())
        #expect(answers.task == "small" && gaps.task == "small-gaps" && answers.id != gaps.id)
        for log in [answers, gaps] {
            #expect(log.status == "success" && log.model == "scripted/modelName")
            #expect(log.created == "2025-10-09T08:53:20+00:00")
            #expect(log.canary == run.suite.canary)
            #expect(log.total == log.samples.count && log.completed == log.samples.count)
        }
        #expect(answers.samples.count + gaps.samples.count == records.count)
        #expect(Set(answers.results.keys).isDisjoint(with: gaps.results.keys))
        for dimension in map.dimensions {
            for measurement in dimension.measurements {
                let id = measurement.metric.id
                let found = (answers.results[id] ?? gaps.results[id])?[dimension.id]
                #expect(found == measurement.value, "\(dimension.id) \(id)")
            }
        }
        for record in records {
            let key = "\(record.probe) \(record.sample + 1)"
            switch record.content {
            case .gap(let gap):
                let sample = try #require(gaps.samples[key])
                #expect(sample.roles == ["system", "user"] && sample.answer == "")
                let isRead = ["paris", "rome"].contains(record.probe)
                #expect(sample.scores["gap"] == (isRead ? gap.value : nil))
            case .answer(let answer):
                let sample = try #require(answers.samples[key])
                #expect(sample.answer == answer.text)
                #expect(sample.stop == (answer.finish == .stop ? "stop" : "max_tokens"))
                #expect(sample.roles.last == "assistant" && sample.roles.first == "system")
                #expect(sample.roles.count == 3 + 2 * (answer.talk?.count ?? 0))
            }
        }
    }

    @Test func `what is missing is counted, and the log is one that goes on`() async throws {
        let small = try await SmallRun(failing: "Rice?")
        struct Log: Decodable {
            struct Results: Decodable {
                struct Score: Decodable {
                    var name: String
                    var scored_samples, unscored_samples: Int
                }

                var total_samples, completed_samples: Int
                var scores: [Score]
            }

            struct Sample: Decodable { var id: String }

            var status: String
            var results: Results
            var samples: [Sample]
        }
        func log(_ format: ExportFormat) throws -> Log {
            try JSONDecoder().decode(
                Log.self, from: Data(contentsOf: small.export(format, "log.json")))
        }
        #expect(try log(.inspectGaps).status == "success")
        let answers = try log(.inspect)
        #expect(answers.status == "started")
        #expect(answers.results.total_samples - answers.results.completed_samples == 2)
        #expect(answers.samples.count == answers.results.completed_samples)
        #expect(!answers.samples.contains { $0.id == "rice" })
        let apologies = answers.results.scores.first { $0.name == "apology-per-reply" }
        #expect(apologies?.unscored_samples == 2 && apologies?.scored_samples == 6)
    }

    @Test(.enabled(if: InspectReader.isThere, InspectReader.missing))
    func `Inspect's own reader opens logs that were written just now`() async throws {
        let small = try await SmallRun(failing: "Rice?")
        try await InspectReader.read([
            small.export(.inspect, "answers.json"), small.export(.inspectGaps, "gaps.json"),
        ])
    }
}
