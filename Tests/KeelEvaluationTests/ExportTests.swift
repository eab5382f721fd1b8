import Foundation
import KeelEvaluation
import KeelFormats
import TestSupport
import Testing

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
        let others: [ExportFormat] =
            [.inspect, .inspectGaps].contains(format)
            ? [.samples, .readings] : [.inspect, format == .samples ? .readings : .samples]
        for other in others {
            _ = try small.export(other, "\(other)")
            #expect(throws: ExportError.self) { try small.export(format, "\(other)") }
        }
    }

    @Test func `in a folder, an export has the name that its reader looks for`() async throws {
        let small = try await SmallRun()
        let folder = small.scratch.folder
        #expect(try small.run.export(.samples, to: folder).lastPathComponent == "samples.csv")
        #expect(try small.run.export(.readings, to: folder).lastPathComponent == "readings.csv")
        let form = /2025-10-09T08-53-20-00-00_small(-gaps)?_[0-9a-f]+\.json/
        let answers = try small.run.export(.inspect, to: folder).lastPathComponent
        let gaps = try small.run.export(.inspectGaps, to: folder).lastPathComponent
        #expect(answers.wholeMatch(of: form) != nil, "\(answers)")
        #expect(gaps.wholeMatch(of: form)?.1 == "-gaps", "\(gaps)")
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

    @Test func `a suite without gaps, or without answers, has no log of them`() async throws {
        let scratch = try Scratch()
        // The second dimension only scores, the third only samples.
        for (dimension, missing) in [(1, ExportFormat.inspect), (2, .inspectGaps)] {
            var suite = try scratch.suite()
            suite.dimensions = [suite.dimensions[dimension]]
            let run = try Run(
                folder: scratch.folder.appending(component: "\(missing)"), suite: suite,
                config: RunConfig(model: "scripted", suite: suite, samples: 2))
            let out = scratch.folder.appending(component: "log.json")
            let error = #expect(throws: ExportError.self) { try run.export(missing, to: out) }
            #expect(error == .nothing(suite: "small", format: missing))
            #expect(!FileManager.default.fileExists(atPath: out.path))
        }
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
