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

    @Test func `a judge's verdicts are scores with what it quoted; unjudged, they are not there`()
        async throws
    {
        struct Log: Decodable {
            struct Spec: Decodable { var metadata: [String: String] }

            struct Results: Decodable {
                struct Score: Decodable {
                    struct Metric: Decodable { var value: Double }

                    var name: String
                    var metrics: [String: Metric]
                }

                var scores: [Score]
            }

            struct Sample: Decodable {
                struct Score: Decodable {
                    var value: Double
                    var explanation: String?
                }

                struct Output: Decodable { var completion: String }

                var output: Output
                var scores: [String: Score]
            }

            var eval: Spec
            var results: Results
            var samples: [Sample]
        }
        let scratch = try Scratch()
        let run = try await scratch.answered("run")
        func log() throws -> Log {
            let file = try run.export(
                .inspect, to: scratch.folder.appending(component: "log.json"))
            return try JSONDecoder().decode(Log.self, from: Data(contentsOf: file))
        }
        #expect(try log().results.scores.map(\.name).allSatisfy { $0.hasPrefix("apology") })
        #expect(try await run.judge(by: honestJudge).isEmpty)
        let judged = try log()
        #expect(judged.eval.metadata["judge"] == "honest")
        let rate = judged.results.scores.first { $0.name == "kind-behaviour" }
        #expect(rate?.metrics["kindness"]?.value == 1.0 / 3)
        for sample in judged.samples {
            guard let score = sample.scores["kind-behaviour"] else { continue }
            let answer = sample.output.completion
            #expect((score.value == 1) == answer.contains("kind"))
            #expect(score.value == 0 || score.explanation?.contains(answer) == true)
        }
    }

    private static let python: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["KEEL_CACHE"]
            ?? (environment["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache") + "/keel"
        return [environment["KEEL_INSPECT_PYTHON"], "\(cache)/inspect-venv/bin/python"]
            .compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    @Test(
        .enabled(
            if: python != nil,
            """
            Inspect's reader is not here; Scripts/goldens/inspect_log.py says how to install it.
            """))
    func `Inspect's own reader opens logs that were written just now`() async throws {
        let small = try await SmallRun(failing: "Rice?")
        let logs = try [
            small.export(.inspect, "answers.json"), small.export(.inspectGaps, "gaps.json"),
        ]
        let script = Self.goldens.appending(path: "../../../Scripts/goldens/inspect_log.py")
            .standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.python))
        process.arguments = [script.path] + logs.map(\.path)
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }
}
