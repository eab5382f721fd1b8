import ArgumentParser
import Foundation
import KeelLanguage
import KeelModel
import KeelTensor

/// What every command that runs a model takes.
struct ModelOptions: ParsableArguments {
    @Option(help: "Alias, GGUF file or folder; adapters follow after plus signs.")
    var model = ModelCatalogue.defaultAlias

    @Option(help: "A LoRA adapter folder in PEFT layout; may be given several times.")
    var adapter: [String] = []

    @Option(help: "Where to compute: cpu, cuda, cuda:1, mps.")
    var device = "cpu"

    @Option(help: "CPU threads of one operation (default: one a core).")
    var threads: Int?

    @Option(help: "Seed of all that is drawn.")
    var seed: UInt64 = 0

    @Flag(help: "Print results as JSON; rows are JSON in any case.")
    var json = false

    /// The model that is meant; a path that exists is taken as it stands, plus signs included.
    var reference: ModelReference {
        get throws { try Self.reference(model, adapters: adapter) }
    }

    static func reference(_ model: String, adapters: [String]) throws -> ModelReference {
        var reference =
            FileManager.default.fileExists(atPath: model)
            ? ModelReference(base: model) : try ModelReference(model)
        reference.adapters += adapters
        return reference
    }

    /// Applies the threads setting and names the device.
    func prepareEngine() throws -> Device {
        if let threads { try Engine.setThreads(threads) }
        return try Device(device)
    }

    /// Loads the model for talking.
    func load(maxBatch: Int = 32) async throws -> LocalChatModel {
        let device = try prepareEngine()
        return try await LocalChatModel(reference, device: device, maxBatch: maxBatch)
    }
}
