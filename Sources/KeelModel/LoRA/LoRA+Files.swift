internal import Foundation
internal import KeelFormats
package import KeelTensor

extension LoRA {
    /// Reads an adapter folder in the layout of PEFT.
    /// - Throws: `ModelError.adapter` for what this program would not apply exactly.
    public convenience init(folder: String) throws {
        let file = folder + "/adapter_config.json"
        let configuration: PEFTConfiguration
        do {
            configuration = try JSONDecoder().decode(
                PEFTConfiguration.self, from: Data(contentsOf: URL(filePath: file)))
        } catch {
            throw ModelError.adapter(
                path: folder, reason: "\(file) is missing or incomplete (\(error))")
        }
        if let reason = configuration.demands.first {
            throw ModelError.adapter(path: folder, reason: reason)
        }
        let weights = try SafetensorsFile(path: folder + "/adapter_model.safetensors")
        var updates: [String: LowRank] = [:]
        for name in weights.tensors.keys.sorted() {
            guard let module = Self.module(of: name) else {
                throw ModelError.adapter(
                    path: folder,
                    reason: "its weight \"\(name)\" belongs to no layer of the model")
            }
            if updates[module] == nil {
                updates[module] = try Self.read(module, configuration, weights, folder)
            }
        }
        if updates.isEmpty {
            throw ModelError.adapter(path: folder, reason: "it holds no weights")
        }
        self.init(configuration, updates: updates)
    }

    /// The layer of a tensor's name; nil for a name that is none of LoRA's.
    private static func module(of name: String) -> String? {
        for suffix in [".lora_A.weight", ".lora_B.weight"] {
            if name.hasPrefix(PEFTName.prefix), name.hasSuffix(suffix) {
                return String(name.dropFirst(PEFTName.prefix.count).dropLast(suffix.count))
            }
        }
        return nil
    }

    private static func read(
        _ module: String, _ configuration: PEFTConfiguration, _ weights: SafetensorsFile,
        _ folder: String
    ) throws -> LowRank {
        func tensor(_ name: String, axis: Int, rank: Int) throws -> Tensor {
            guard let stored = weights.tensors[name] else {
                throw ModelError.adapter(path: folder, reason: "\(name) is missing")
            }
            var expected = stored.shape
            if expected.count == 2 { expected[axis] = rank }
            guard stored.shape == expected, expected.count == 2 else {
                throw ModelError.weightShape(name: name, found: stored.shape, expected: expected)
            }
            return try Tensor(file: weights, name: name)
        }
        if let reason = configuration.ambiguity(of: module) {
            throw ModelError.adapter(path: folder, reason: reason)
        }
        let (rank, scale) = configuration.shape(of: module)
        return LowRank(
            a: try tensor(PEFTName.a(module), axis: 0, rank: rank),
            b: try tensor(PEFTName.b(module), axis: 1, rank: rank), scale: scale)
    }

    /// The same adapter on another device.
    package func moved(to device: Device) throws -> LoRA {
        LoRA(
            configuration,
            updates: try updates.mapValues {
                LowRank(
                    a: try $0.a.to(device: device), b: try $0.b.to(device: device), scale: $0.scale)
            })
    }

    /// Writes an adapter folder in the layout of PEFT; it appears whole or not at all.
    ///
    /// An older folder there is replaced.
    /// - Throws: `FileError`, `SafetensorsError`.
    public func write(to folder: String) throws {
        try StagedFolder.replace(folder) { draft in
            try Safetensors.write(parameters, to: draft + "/adapter_model.safetensors")
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(configuration).write(
                to: URL(filePath: draft + "/adapter_config.json"))
        }
    }
}
