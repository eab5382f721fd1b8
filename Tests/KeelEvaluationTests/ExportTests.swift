import Foundation
import KeelEvaluation
import KeelFormats
import KeelLanguage
import Testing

/// A run of every kind of reading, the same on every machine.
private struct SmallRun {
    static let talk = """
          - id: keeps
            title: Keeps
            behaviour: Says leaves.
            opposite: Says stones.
            measures:
              - {kind: talk, better: higher}
              - {kind: drift, better: higher}
            probes:
              - {id: black, cluster: a, ask: Black tea?, talk: [{says: Surely stones.}],
                 good: [Leaves.], bad: [Stones.], behaviour: [leaves], opposite: [stones]}
              - {id: green, cluster: b, ask: Green tea?, talk: [{says: "Sure?"}, {says: Well.}],
                 good: [Leaves.], bad: [Stones.], behaviour: [leaves], opposite: [stones]}
        """

    let scratch: Scratch
    let run: Run

    /// Asks a model that does not answer the question `failing`.
    init(failing: String? = nil) async throws {
        scratch = try Scratch()
        let suite = try scratch.suite(smallSuiteText + "\n" + Self.talk)
        let folder = scratch.folder.appending(component: "run")
        var sampling = SamplingOptions(maxTokens: 48, seed: .max)
        sampling.stop = ["###"]
        run = try Run(
            folder: folder, suite: suite,
            config: RunConfig(
                model: "scripted/modelName", facts: ["keel": "0.1.0", "model sha256": "00ff"],
                suite: suite, system: "Be \"plain\".", samples: 2, sampling: sampling))
        let model = ScriptedChatModel(
            logProbability: { completion, prompt in
                -Double(completion.count + prompt.question.count) / 16
            },
            answer: { prompt, sample, _ in
                if prompt.question == failing { throw LanguageError.noAnswer(model: "scripted") }
                return sample == 0
                    ? "I'm sorry, \"Paris\",\nleaves — or so."
                    : "You're right: stones, rome and many more words than the limit allows?"
            })
        // One at a time, so that lines stand in the order of the suite.
        _ = try await run.collect(from: model, concurrency: 1)
        for (name, time) in [("config.json", 1_760_000_000), ("samples.jsonl", 1_760_000_090)] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: TimeInterval(time))],
                ofItemAtPath: folder.appending(component: name).path)
        }
    }

    func export(_ format: ExportFormat, _ name: String) throws -> URL {
        try run.export(format, to: scratch.folder.appending(component: name))
    }

    func table(_ format: ExportFormat) throws -> [CSVRow] {
        var reader = try CSVReader(path: try export(format, "\(format).csv").path)
        var rows: [CSVRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }
}

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

        var inspect, status, task, model, created: String
        var canary: String
        var total, completed: Int
        var results: [String: [String: Double]]
        var samples: [String: Sample]
    }

    @Test func `the log is the one that Inspect's reader has read`() async throws {
        let small = try await SmallRun()
        let text = try String(contentsOf: small.export(.inspect, "log.json"), encoding: .utf8)
        let golden = Self.goldens.appending(component: "inspect.json")
        if ProcessInfo.processInfo.environment["KEEL_RECORD"] == "1" {
            try Data(text.utf8).write(to: golden)
        }
        #expect(try String(contentsOf: golden, encoding: .utf8) == text)
    }

    @Test func `Inspect reads the numbers of the map, and every sample`() async throws {
        let read = try JSONDecoder().decode(
            Read.self,
            from: Data(contentsOf: Self.goldens.appending(component: "inspect-read.json")))
        let small = try await SmallRun()
        let (run, map, records) = try (small.run, small.run.map(), small.run.records())
        #expect(read.status == "success" && read.task == "small")
        #expect(read.model == "scripted/modelName" && read.created == "2025-10-09T08:53:20+00:00")
        #expect(read.canary == run.suite.canary)
        #expect(read.total == records.count && read.completed == records.count)
        #expect(read.samples.count == records.count)
        for dimension in map.dimensions {
            for measurement in dimension.measurements {
                #expect(
                    read.results[measurement.metric.id]?[dimension.id] == measurement.value,
                    "\(dimension.id) \(measurement.metric.id)")
            }
        }
        for record in records {
            switch record.content {
            case .gap(let gap):
                let sample = try #require(read.samples["\(record.probe)/gap 1"])
                #expect(sample.roles == ["system", "user"] && sample.answer == "")
                let isRead = ["paris", "rome"].contains(record.probe)
                #expect(sample.scores["gap"] == (isRead ? gap.value : nil))
            case .answer(let answer):
                let sample = try #require(read.samples["\(record.probe) \(record.sample + 1)"])
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
        let log = try JSONDecoder().decode(
            Log.self, from: Data(contentsOf: small.export(.inspect, "log.json")))
        #expect(log.status == "started")
        #expect(log.results.total_samples - log.results.completed_samples == 2)
        #expect(log.samples.count == log.results.completed_samples)
        #expect(!log.samples.contains { $0.id == "rice" })
        let apologies = log.results.scores.first { $0.name == "apology-per-reply" }
        #expect(apologies?.unscored_samples == 2 && apologies?.scored_samples == 6)
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
    func `Inspect's own reader opens a log that was written just now`() async throws {
        let small = try await SmallRun(failing: "Rice?")
        let log = try small.export(.inspect, "log.json")
        let script = Self.goldens.appending(path: "../../../Scripts/goldens/inspect_log.py")
            .standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.python))
        process.arguments = [script.path, log.path]
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }
}

/// What stands where an export goes, and the tables.
struct ExportTests {
    @Test func `the samples are a table, a row for each text`() async throws {
        let small = try await SmallRun()
        let rows = try small.table(.samples)
        let black = rows.filter { $0["probe"] == "black" && $0["sample"] == "1" }
        #expect(black.map { $0["kind"] } == ["answer", "answer", "good-at-end", "bad-at-end"])
        #expect(black.map { $0["turn"] } == ["1", "2", "", ""])
        #expect(black.prefix(2).map { $0["user"] } == ["Black tea?", "Surely stones."])
        #expect(black[0]["finish"] == "length" && black[0]["tokens"] == "48")
        let paris = rows.filter { $0["probe"] == "paris" && $0["kind"] == "good" }
        // 10 characters and the 6 of the question, by 16, for each of 10 tokens.
        #expect(paris.map { $0["logprob"] } == ["-10.0"] && paris[0]["tokens"] == "10")
        let answer = try #require(rows.first { $0["kind"] == "answer" })
        #expect(answer["text"] == "I'm sorry, \"Paris\",\nleaves — or so.")
    }

    @Test func `the readings are a table from which the map follows`() async throws {
        let small = try await SmallRun(failing: "Rice?")
        let rows = try small.table(.readings)
        for record in try small.run.map().metrics {
            let own = rows.filter {
                $0["dimension"] == record.dimension && $0["metric"] == record.metric
            }
            #expect(own.count == record.readings + record.missing)
            #expect(own.count { $0["value"] == "" } == record.missing)
            let values = own.compactMap { Double($0["value"] ?? "") }
            let exposures = own.compactMap { Double($0["exposure"] ?? "") }
            #expect(values.count == exposures.count && own.allSatisfy { $0["unit"] == record.unit })
            let per = record.metric.hasSuffix("per-1000-tokens") ? 1000.0 : 1
            if let value = record.value {
                let found = values.reduce(0, +) / exposures.reduce(0, +) * per
                #expect(abs(found - value) < 1e-9, "\(record.metric)")
            }
        }
    }

    @Test(arguments: ExportFormat.allCases)
    func `an earlier export is replaced, anything else is left as it is`(
        format: ExportFormat
    ) async throws {
        let small = try await SmallRun()
        let first = try Data(contentsOf: small.export(format, "out"))
        #expect(try Data(contentsOf: small.export(format, "out")) == first)
        let out = small.scratch.folder.appending(component: "out")
        try Data("{\"version\": 2}".utf8).write(to: out)
        let error = #expect(throws: ExportError.self) { try small.export(format, "out") }
        #expect(error?.description.contains("is not \(format.title)") == true)
        for other in ExportFormat.allCases where other != format {
            _ = try small.export(other, "\(other)")
            #expect(throws: ExportError.self) { try small.export(format, "\(other)") }
        }
    }

    @Test func `in a folder, an export has the name that its reader looks for`() async throws {
        let small = try await SmallRun()
        let folder = small.scratch.folder
        #expect(try small.run.export(.samples, to: folder).lastPathComponent == "samples.csv")
        #expect(try small.run.export(.readings, to: folder).lastPathComponent == "readings.csv")
        let name = try small.run.export(.inspect, to: folder).lastPathComponent
        #expect(
            name.wholeMatch(of: /2025-10-09T08-53-20-00-00_small_[0-9a-f]+\.json/) != nil, "\(name)"
        )
    }

    @Test func `what cannot be written, or read, is named and leaves nothing behind`() async throws
    {
        let small = try await SmallRun()
        let before = try FileManager.default.contentsOfDirectory(atPath: small.scratch.folder.path)
        for format in ExportFormat.allCases {
            let error = #expect(throws: FileError.self) { try small.export(format, "no/out") }
            #expect(error?.description.contains("no/out") == true)
        }
        let samples = small.run.folder.appending(component: "samples.jsonl")
        let lines = try String(contentsOf: samples, encoding: .utf8)
        try Data((lines + "{\"probe\":7}\n").utf8).write(to: samples)
        for format in ExportFormat.allCases {
            let error = #expect(throws: JSONLinesError.self) { try small.export(format, "out") }
            #expect(error?.description.contains("field \"probe\" must be text") == true)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: small.scratch.folder.path).sorted()
                == before.sorted())
    }

    @Test func `samples that were not asked for, and second ones, are not exported`() async throws {
        let small = try await SmallRun()
        let whole = try small.table(.samples).count
        let samples = small.run.folder.appending(component: "samples.jsonl")
        let lines = try String(contentsOf: samples, encoding: .utf8)
        let strange = """
            {"kind":"answer","probe":"egg","sample":2,"text":"Third.","finish":"stop"}
            {"kind":"answer","probe":"who","sample":0,"text":"Who?","finish":"stop"}

            """
        try Data((lines + lines + strange).utf8).write(to: samples)
        #expect(try small.table(.samples).count == whole)
    }
}
