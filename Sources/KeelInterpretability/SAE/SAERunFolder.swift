import Foundation
import KeelFormats
import KeelModel
import KeelTensor

/// The folder of an autoencoder's training: `config.json`, `metrics.jsonl`, the last checkpoint, and
/// at the end the result in `sae`.
struct SAERunFolder {
    private struct Configuration: Codable {
        var activations: String
        var rows: Int
        var width: Int
        var point: String
        var model: String
        var identity: [String: String]
        var options: SAETrainingOptions
    }

    let path: String
    private let metrics: JSONLinesWriter
    private let metadata: SAEMetadata

    init(path: String, store: ActivationStore, options: SAETrainingOptions) throws {
        self.path = path
        let configuration = Configuration(
            activations: store.folder, rows: store.count, width: store.width, point: store.point,
            model: store.model, identity: store.identity, options: options)
        _ = try WorkFolder(path: path, configuration: configuration)
        try FileManager.default.createDirectory(
            atPath: path + "/checkpoints", withIntermediateDirectories: true)
        metrics = try JSONLinesWriter(path: path + "/metrics.jsonl")
        metadata = SAEMetadata(
            model: store.model, point: store.point, window: store.window,
            trainingArchitecture: options.architecture.rawValue, minus: store.minus)
    }

    func log(_ values: [String: Double], step: Int, tokens: Int) throws {
        var line = values
        line["step"] = Double(step)
        line["num_tokens"] = Double(tokens)
        try metrics.append(line)
    }

    func save(_ state: [(name: String, value: Tensor)], step: Int) throws {
        try metrics.synchronize()
        let name = "step-" + String("0000000\(step)".suffix(8))
        try StagedFolder.replace("\(path)/checkpoints/\(name)") {
            try Safetensors.write(state, to: $0 + "/state.safetensors")
        }
        for other in try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
        where other != name {
            try FileManager.default.removeItem(atPath: "\(path)/checkpoints/\(other)")
        }
    }

    /// Puts the last checkpoint into `state`; later lines of metrics, of steps that will be done
    /// again, stay in the file, and the last line of a step counts.
    /// - Returns: Steps done; nil where there is no checkpoint.
    func lastCheckpoint(_ state: [(name: String, value: Tensor)]) throws -> Int? {
        let names = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
            .filter { $0.wholeMatch(of: /step-[0-9]+/) != nil }
        guard let name = names.max(), let step = Int(name.dropFirst(5)) else { return nil }
        let file = "\(path)/checkpoints/\(name)/state.safetensors"
        let saved = try Safetensors.read(file)
        try Engine.withoutGradients {
            for (name, value) in state {
                guard let stored = saved[name], stored.shape == value.shape else {
                    throw InterpretabilityError.unreadable(
                        path: file, reason: "\"\(name)\" is missing or has another shape")
                }
                try value.detached().assign(stored)
            }
        }
        return step
    }

    func write(_ autoencoder: SparseAutoencoder) throws {
        try autoencoder.write(to: path + "/sae", metadata: metadata)
    }
}
