import Foundation
import KeelFormats
import KeelTraining
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
