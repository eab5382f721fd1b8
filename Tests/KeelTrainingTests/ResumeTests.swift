import Foundation
import KeelFormats
import KeelModel
import KeelTensor
import KeelTraining
import TestSupport
import Testing

/// Runs that were stopped, and their folders.
@Suite struct ResumeTests {
    @Test func `a run that was stopped anywhere goes on bit for bit`() async throws {
        struct Killed: Error {}
        let options = ShortRun.options { $0.saveEvery = 1 }
        let scratch = try Scratch()
        let whole = try await ShortRun.train(
            options, folder: RunFolder(path: scratch.path + "/whole", configuration: options))
        let path = scratch.path + "/parts"
        for step in [1, 2, 4] {
            await #expect(throws: Killed.self) {
                try await ShortRun.train(
                    options, folder: RunFolder(path: path, configuration: options),
                    end: (step, { throw Killed() }))
            }
        }
        let parts = try await ShortRun.train(
            options, folder: RunFolder(path: path, configuration: options))
        #expect(parts.parameters == whole.parameters)
        func lines(_ path: String) throws -> [[Double?]] {
            var reader = try JSONLinesReader<[String: Double]>(path: path + "/metrics.jsonl")
            return try reader.readAll().map { [$0["step"], $0["loss"], $0["grad_norm"]] }
        }
        let wanted = try lines(scratch.path + "/whole")
        #expect(try lines(path).last == wanted.last)
        #expect(wanted.count == 6)
    }

    /// Methods other than supervised training; two of them draw answers.
    enum Method: CaseIterable {
        case preferences, rewards, distillation

        /// Trains on the golden model, and gives what came out.
        func train(
            _ options: TrainingOptions, folder: String,
            end: (step: Int, action: () throws -> Bool)? = nil
        ) async throws -> [[Float]] {
            let (language, adapter) = try Golden.adapted()
            func run<Trained: Objective>(_ objective: Trained, _ rows: [Trained.Row]) async throws {
                let trainer = try Trainer(
                    objective, parameters: adapter.parameters, rows: rows, options: options,
                    folder: RunFolder(path: folder, configuration: options))
                let recorder = Recorder()
                recorder.end = end
                trainer.observers = [recorder]
                try await trainer.run()
            }
            func questions() throws -> [PromptRow] {
                try ["one", "two", "three"].map {
                    let row = #"{"messages": [{"role": "user", "content": "\#($0)"}]}"#
                    return try JSONDecoder().decode(PromptRow.self, from: Data(row.utf8))
                }
            }
            switch self {
            case .preferences:
                try await run(
                    PreferenceObjective(language.model, adapter: adapter),
                    Array(Golden.pairs(language).prefix(6)))
            case .rewards:
                var method = PolicyObjective.Options()
                method.answers = 4
                method.maxTokens = 6
                let grader = RuleGrader { text in Double(text.unicodeScalars.count { $0 < "m" }) }
                try await run(
                    PolicyObjective(language, adapter: adapter, grader: grader, options: method),
                    questions())
            case .distillation:
                var method = DistillationObjective.Options(system: "You speak of ships.")
                method.maxTokens = 6
                try await run(
                    DistillationObjective(language, adapter: adapter, options: method), questions())
            }
            return try adapter.parameters.map { try $0.value.detached().array() }
        }
    }

    @Test(arguments: Method.allCases)
    func `every method goes on bit for bit, with the answers it would have drawn`(_ method: Method)
        async throws
    {
        struct Killed: Error {}
        let options = ShortRun.options {
            $0.saveEvery = 1
            $0.batchSize = 2
            $0.epochs = 10
            $0.maxSteps = 4
        }
        let scratch = try Scratch()
        let (whole, parts) = (scratch.path + "/whole", scratch.path + "/parts")
        let wanted = try await method.train(options, folder: whole)
        for step in [1, 3] {
            await #expect(throws: Killed.self) {
                try await method.train(options, folder: parts, end: (step, { throw Killed() }))
            }
        }
        #expect(try await method.train(options, folder: parts) == wanted)
        func last(_ path: String) throws -> [Double?] {
            var reader = try JSONLinesReader<[String: Double]>(path: path + "/metrics.jsonl")
            let lines = try reader.readAll()
            let line = try #require(lines.last)
            return [line["step"], line["loss"], line["grad_norm"]]
        }
        #expect(try last(parts) == last(whole))
    }

    @Test func `events behind the checkpoint that a run goes on from are purged`() async throws {
        struct Killed: Error {}
        let options = ShortRun.options { $0.saveEvery = 1 }
        let scratch = try Scratch()
        await #expect(throws: Killed.self) {
            try await ShortRun.train(
                options, folder: RunFolder(path: scratch.path, configuration: options),
                end: (3, { throw Killed() }))
        }
        _ = try await ShortRun.train(
            options, folder: RunFolder(path: scratch.path, configuration: options))
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
            .filter { $0.hasPrefix("events.") }.map {
                try Data(contentsOf: URL(filePath: scratch.path + "/" + $0))
            }
        #expect(files.count == 2)
        // Step (2) = 4, session_log (7) with START: the checkpoint is of step 3.
        let start = Data([0x10, 4, 0x3A, 2, 0x08, 1])
        #expect(files.count { $0.range(of: start) != nil } == 1)
    }

    @Test func `what a killed run logged behind its checkpoint is logged once`() async throws {
        let options = ShortRun.options { $0.saveEvery = 2 }
        let scratch = try Scratch()
        _ = try await ShortRun.train(
            options, folder: RunFolder(path: scratch.path, configuration: options))
        // As if the program had died after step 6 was logged and before it was saved.
        let writer = try JSONLinesWriter(path: scratch.path + "/metrics.jsonl")
        try writer.append(["step": 7.0, "loss": 1])
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/checkpoints/step-00000007.partial",
            withIntermediateDirectories: true)
        _ = try await ShortRun.train(
            options, folder: RunFolder(path: scratch.path, configuration: options))
        var reader = try JSONLinesReader<[String: Double]>(path: scratch.path + "/metrics.jsonl")
        #expect(try reader.readAll().compactMap { $0["step"] } == [1, 2, 3, 4, 5, 6])
    }

    @Test func `what a run logged that was killed before its first checkpoint is logged once`()
        async throws
    {
        let options = ShortRun.options()
        let scratch = try Scratch()
        let file = scratch.path("metrics.jsonl")
        var lines: [String] = []
        for _ in 0..<2 {
            _ = try await ShortRun.train(
                options, folder: RunFolder(path: scratch.path, configuration: options))
            lines.append(try String(contentsOfFile: file, encoding: .utf8))
            // As if power had gone: no checkpoint yet, and a line half written.
            try FileManager.default.removeItem(atPath: scratch.path("checkpoints"))
            try (lines[0] + "{\"loss\": 1, \"st").write(
                toFile: file, atomically: true, encoding: .utf8)
        }
        #expect(lines[0].split(separator: "\n").count == 6)
        #expect(lines[1].split(separator: "\n").count == 6)
        let events = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
            .filter { $0.hasPrefix("events.") }.map {
                try Data(contentsOf: URL(filePath: scratch.path($0)))
            }
        // Step (2) = 1, session_log (7) with START: only the second run has something to purge.
        let start = Data([0x10, 1, 0x3A, 2, 0x08, 1])
        #expect(events.count == 2 && events.count { $0.range(of: start) != nil } == 1)
    }

    @Test func `a folder of another run is refused, the difference named`() throws {
        let scratch = try Scratch()
        _ = try RunFolder(path: scratch.path, configuration: ShortRun.options())
        let error = #expect(throws: TrainingError.self) {
            try RunFolder(
                path: scratch.path, configuration: ShortRun.options { $0.learningRate = 1 })
        }
        #expect(error == .otherRun(path: scratch.path, fields: ["learningRate"]))
    }

    @Test func `a broken checkpoint is an error, not a new start`() async throws {
        let options = ShortRun.options { $0.maxSteps = 1 }
        let scratch = try Scratch()
        _ = try await ShortRun.train(
            options, folder: RunFolder(path: scratch.path, configuration: options))
        let file = scratch.path + "/checkpoints/step-00000001/state.safetensors"
        try Data("no tensors".utf8).write(to: URL(filePath: file))
        await #expect(throws: TrainingError.self) {
            try await ShortRun.train(
                options, folder: RunFolder(path: scratch.path, configuration: options))
        }
    }
}
