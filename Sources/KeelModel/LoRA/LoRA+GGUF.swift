internal import KeelFormats
public import KeelTensor

extension LoRA {
    private static let types: [ElementType: GGMLType] = [
        .float32: .f32, .float16: .f16, .bfloat16: .bf16,
    ]

    /// Writes the adapter as llama.cpp loads it, for a model in GGUF made of the same checkpoint.
    ///
    /// llama.cpp knows one alpha for all layers and divides it by the rank of each. Where that is
    /// not a layer's scale, as after rank stabilisation, the rest of the factor goes into its B.
    /// - Parameters:
    ///   - path: Where the file goes; an older one there is replaced.
    ///   - configuration: Of the model, whose queries and keys have another order of rows in GGUF.
    ///   - type: float32, float16 or bfloat16.
    /// - Throws: `ModelError` when an update fits no layer of the model, or the type is another;
    ///   `GGUFError`, `FileError`.
    /// - Source: llama.cpp, `src/llama-adapter.cpp`.
    public func writeGGUF(
        to path: String, for configuration: TransformerConfiguration, type: ElementType = .float32
    ) throws {
        guard let stored = Self.types[type] else {
            throw ModelError.adapter(
                path: path, reason: "it can be float32, float16 or bfloat16, not \(type)")
        }
        // An alpha of 0 would mean a scale of 1 there.
        let alpha = Float(self.configuration.alpha == 0 ? 1 : self.configuration.alpha)
        let naming = GGUFNames(configuration.family)
        var layout: [(name: String, type: GGMLType, shape: [Int])] = []
        var values: [String: Tensor] = [:]
        try Engine.withoutGradients {
            for (module, update) in try updates(fitting: configuration) {
                guard let name = naming.ggufName(module + ".weight") else { continue }
                let rank = Double(update.a.size(0))
                let rest = update.scale * rank / Double(alpha)
                var b = rest == 1 ? update.b : try update.b * rest
                if let heads = configuration.pairedHeads(module) {
                    b = try b.withPairsTogether(heads: heads)
                }
                for (name, value) in [(name + ".lora_a", update.a), (name + ".lora_b", b)] {
                    layout.append((name, stored, value.shape))
                    values[name] = try value.detached().to(type, device: .cpu).contiguous()
                }
            }
        }
        var metadata: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string(configuration.family.ggufName)),
            ("general.type", .string("adapter")),
            ("adapter.type", .string("lora")), ("adapter.lora.alpha", .float32(alpha)),
        ]
        if let base = self.configuration.baseModel {
            metadata.append(("general.base_model.count", .uint32(1)))
            metadata.append(("general.base_model.0.name", .string(base)))
        }
        try GGUFFile.write(layout, metadata: metadata, to: path) { tensor, write in
            try values[tensor.name]?.bytes().withUnsafeBytes(write)
        }
    }

    /// Reads an adapter of llama.cpp.
    /// - Parameters:
    ///   - path: A GGUF file.
    ///   - configuration: Of the model that it belongs to.
    /// - Throws: `GGUFError`; `ModelError.adapter` for what this program would not apply exactly.
    public convenience init(gguf path: String, for configuration: TransformerConfiguration) throws {
        let file = try GGUFFile(path: path)
        for (key, expected) in [
            ("general.type", "adapter"), ("adapter.type", "lora"),
            ("general.architecture", configuration.family.ggufName),
        ] {
            let found: String = try file.value(key)
            if found != expected {
                throw ModelError.adapter(
                    path: path, reason: "its \(key) is \"\(found)\", not \"\(expected)\"")
            }
        }
        let alpha: Double = try file.value("adapter.lora.alpha")
        let naming = GGUFNames(configuration.family)
        var updates: [String: LowRank] = [:]
        for name in file.tensors.keys.sorted() {
            guard let module = Self.module(ofGGUF: name, naming) else {
                throw ModelError.adapter(
                    path: path, reason: "its weight \"\(name)\" belongs to no layer of the model")
            }
            guard name.hasSuffix("a"), let weight = naming.ggufName(module + ".weight") else {
                continue
            }
            let a = try Self.tensor(weight + ".lora_a", in: file)
            var b = try Self.tensor(weight + ".lora_b", in: file)
            let rank = a.size(0)
            guard b.size(1) == rank else {
                throw ModelError.weightShape(
                    name: weight + ".lora_b", found: b.shape, expected: [b.size(0), rank])
            }
            if let heads = configuration.pairedHeads(module) {
                guard b.size(0).isMultiple(of: 2 * heads) else {
                    throw ModelError.weightShape(
                        name: module, found: [b.size(0), a.size(1)],
                        expected: configuration.linearShape(module) ?? [])
                }
                b = try b.withHalvesApart(heads: heads)
            }
            updates[module] = LowRank(a: a, b: b, scale: alpha == 0 ? 1 : alpha / Double(rank))
        }
        if 2 * updates.count != file.tensors.count || updates.isEmpty {
            throw ModelError.adapter(
                path: path, reason: "it does not hold a lora_a and a lora_b for each layer")
        }
        try self.init(
            updates, alpha: { alpha == 0 ? Double($0) : alpha },
            baseModel: file.optionalValue("general.base_model.0.name"), for: configuration)
    }

    private static func module(ofGGUF name: String, _ naming: GGUFNames) -> String? {
        for suffix in [".lora_a", ".lora_b"] where name.hasSuffix(suffix) {
            let weight = naming.checkpointName(String(name.dropLast(suffix.count)))
            guard let weight, weight.hasSuffix(".weight") else { return nil }
            return String(weight.dropLast(".weight".count))
        }
        return nil
    }

    /// A matrix of the file, as float32.
    private static func tensor(_ name: String, in file: GGUFFile) throws -> Tensor {
        let stored = try file.tensor(name)
        guard stored.shape.count == 2 else {
            throw ModelError.adapter(
                path: file.path, reason: "its weight \"\(name)\" has shape \(stored.shape)")
        }
        var values = [Float](repeating: 0, count: stored.elementCount)
        try values.withUnsafeMutableBufferPointer {
            try file.dequantize(name, rows: 0..<stored.rowCount, into: $0)
        }
        return try Tensor(values, shape: stored.shape)
    }
}
