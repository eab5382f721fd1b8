internal import Foundation
internal import KeelFormats
internal import KeelTensor

extension LoRA {
    /// Writes the adapter as mlx-lm loads it: a folder with `adapters.safetensors` and
    /// `adapter_config.json`; it appears whole or not at all.
    ///
    /// mlx-lm knows one rank and one scale for all layers. A smaller rank is filled up with zeros,
    /// and where a layer's scale differs, the rest of the factor goes into its B.
    /// - Parameters:
    ///   - folder: An older one there is replaced.
    ///   - configuration: Of the model.
    /// - Throws: `ModelError` when an update fits no layer of the model; `SafetensorsError`,
    ///   `FileError`.
    public func writeMLX(to folder: String, for configuration: TransformerConfiguration) throws {
        let updates = try updates(fitting: configuration)
        let rank = updates.map { $0.update.a.size(0) }.max() ?? 1
        let scale = updates.lazy.map(\.update.scale).first { $0 != 0 } ?? 1
        var tensors: [(name: String, value: Tensor)] = []
        var keys: Set<String> = []
        var first = configuration.numHiddenLayers - 1
        try Engine.withoutGradients {
            for (path, update) in updates {
                let rest = update.scale / scale
                let missing = rank - update.a.size(0)
                var a = try update.a.detached()
                var b = rest == 1 ? try update.b.detached() : try update.b.detached() * rest
                if missing > 0 {
                    let device = a.device
                    a = try .concatenated(
                        [a, .zeros([missing, a.size(1)], device: device)], dimension: 0)
                    b = try .concatenated(
                        [b, .zeros([b.size(0), missing], device: device)], dimension: 1)
                }
                tensors.append((path + ".lora_a", try a.transposed()))
                tensors.append((path + ".lora_b", try b.transposed()))
                let parts = path.split(separator: ".", maxSplits: 3)
                if parts.count == 4, let layer = Int(parts[2]) {
                    first = min(first, layer)
                    keys.insert(String(parts[3]))
                } else {
                    keys.insert(path)
                }
            }
        }
        let file = MLXAdapterConfiguration(
            layerCount: configuration.numHiddenLayers - first,
            parameters: .init(rank: rank, scale: scale, keys: keys.sorted()))
        try StagedFolder.replace(folder) { draft in
            try Safetensors.write(tensors, to: draft + "/adapters.safetensors")
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(file).write(to: URL(filePath: draft + "/adapter_config.json"))
        }
    }

    /// Reads an adapter folder of mlx-lm.
    /// - Parameters:
    ///   - folder: With `adapters.safetensors` and `adapter_config.json`.
    ///   - configuration: Of the model that it belongs to.
    /// - Throws: `SafetensorsError`; `ModelError.adapter` for what this program would not apply
    ///   exactly.
    public convenience init(mlx folder: String, for configuration: TransformerConfiguration) throws
    {
        let path = folder + "/adapter_config.json"
        let parameters: MLXAdapterConfiguration.Parameters
        do {
            let file = try JSONDecoder().decode(
                MLXAdapterConfiguration.self, from: Data(contentsOf: URL(filePath: path)))
            guard file.fineTuneType == "lora" else {
                throw ModelError.adapter(
                    path: folder, reason: "its type is \(file.fineTuneType), not lora")
            }
            parameters = file.parameters
        } catch let error as ModelError {
            throw error
        } catch {
            throw ModelError.adapter(
                path: folder, reason: "\(path) is missing or incomplete (\(error))")
        }
        let file = try SafetensorsFile(path: folder + "/adapters.safetensors")
        var updates: [String: LowRank] = [:]
        for name in file.tensors.keys.sorted() {
            let suffix = [".lora_a", ".lora_b"].first { name.hasSuffix($0) }
            let module = String(name.dropLast(suffix?.count ?? 0))
            guard suffix != nil, let shape = configuration.linearShape(module) else {
                throw ModelError.adapter(
                    path: folder, reason: "its weight \"\(name)\" belongs to no layer of the model")
            }
            if updates[module] != nil { continue }
            func matrix(_ name: String, _ expected: [Int]) throws -> Tensor {
                let stored = try file.tensor(name)
                guard stored.shape == expected else {
                    throw ModelError.weightShape(
                        name: name, found: stored.shape, expected: expected)
                }
                return try Tensor(file: file, name: name).transposed().contiguous()
            }
            updates[module] = LowRank(
                a: try matrix(module + ".lora_a", [shape[1], parameters.rank]),
                b: try matrix(module + ".lora_b", [parameters.rank, shape[0]]),
                scale: parameters.scale)
        }
        if updates.isEmpty { throw ModelError.adapter(path: folder, reason: "it holds no weights") }
        try self.init(updates, alpha: { parameters.scale * Double($0) }, for: configuration)
    }
}
