internal import Foundation
public import KeelFormats
internal import KeelTensor
internal import KeelTokenizer

extension LanguageModel {
    /// Writes the model as it is now, adapters left out, as one GGUF file: weights, tokenizer, chat
    /// template.
    ///
    /// The file appears whole or not at all. Norms and biases are float32, as llama.cpp wants them; in
    /// Q8_0, a matrix whose rows are no multiple of 32 numbers is F16.
    /// - Parameters:
    ///   - path: Where; an older file there is replaced.
    ///   - type: What matrices are stored as, one of `GGMLType.written`.
    ///   - metadata: More texts, by key.
    /// - Throws: `ModelError` when weights are packed, or llama.cpp would compute something else, or
    ///   a number does not fit the type; `TokenizerError` for a tokenizer that GGUF cannot say;
    ///   `GGUFError`, `FileError`.
    /// - Source: ggml, `docs/gguf.md`; llama.cpp's converter.
    public func writeGGUF(
        to path: String, as type: GGMLType, metadata: [String: String] = [:]
    ) throws {
        guard GGMLType.written.contains(type) else {
            let names = GGMLType.written.map(\.description).joined(separator: ", ")
            throw ModelError.configuration("\(type) is not written, of GGUF's types only \(names)")
        }
        guard model.linears.values.allSatisfy({ $0.weight.plain != nil }) else {
            throw ModelError.unreadable(path: self.path, reason: "its weights are packed")
        }
        let configuration = model.configuration
        var pairs = try configuration.ggufMetadata() + described(type)
        for (key, text) in metadata.sorted(by: { $0.key < $1.key }) {
            pairs.append((key, .string(text)))
        }

        let naming = GGUFNames(configuration.family)
        var weights: [String: (name: String, value: Tensor)] = [:]
        var layout: [(name: String, type: GGMLType, shape: [Int])] = []
        for (name, value) in model.parameters {
            guard let own = naming.ggufName(name) else {
                throw ModelError.unexpectedWeight(name: name, path: self.path)
            }
            let shape = value.shape
            let fits = (shape.last ?? 1).isMultiple(of: type.elementsPerBlock)
            let stored: GGMLType = shape.count < 2 ? .f32 : fits ? type : .f16
            layout.append((own, stored, shape))
            weights[own] = (name, value)
        }
        if let divisors = configuration.ropeDivisors {
            let name = "rope_freqs.weight"
            layout.append((name, .f32, [divisors.count]))
            weights[name] = (name, try Tensor(divisors))
        }
        try GGUFFile.write(layout, metadata: pairs, to: path) { tensor, write in
            guard let (name, value) = weights[tensor.name] else { return }
            try Engine.withoutGradients {
                try Self.encode(try stored(value.detached(), name), as: tensor, name, write)
            }
        }
    }

    /// A weight as llama.cpp has it.
    private func stored(_ value: Tensor, _ name: String) throws -> Tensor {
        let value = try value.to(.float32, device: .cpu)
        let configuration = model.configuration
        if let heads = configuration.pairedHeads(name) {
            return try value.withPairsTogether(heads: heads)
        }
        return name.hasSuffix("norm.weight") && configuration.normOffset != 0
            ? try value + configuration.normOffset : value
    }

    /// Some rows at a time, so that of a large matrix no second copy is made.
    private static func encode(
        _ value: Tensor, as tensor: GGUFTensor, _ name: String,
        _ write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let rows = value.size(0)
        let step = max(1, (1 << 20) / max(1, value.count / max(1, rows)))
        for start in stride(from: 0, to: rows, by: step) {
            let part = try value.narrowed(0, start..<min(start + step, rows)).contiguous()
            let numbers: [Float] = try part.array()
            guard let bytes = numbers.withUnsafeBufferPointer({ tensor.type.quantized($0) }) else {
                throw ModelError.configuration(
                    "the weight \"\(name)\" has numbers that \(tensor.type) cannot hold")
            }
            try bytes.withUnsafeBytes(write)
        }
    }

    /// What the file is, and its tokenizer and chat template.
    private func described(_ type: GGMLType) throws -> [(key: String, value: GGUFValue)] {
        let count = model.configuration.vocabularySize
        let arrays = try tokenizer.ggufArrays(count: count)
        func number(_ value: Int) -> GGUFValue { .uint32(UInt32(clamping: value)) }
        // Of `general.file_type`, by llama.cpp's `llama_ftype`.
        let fileTypes: [GGMLType: Int] = [.f32: 0, .f16: 1, .q8_0: 7, .bf16: 32]
        let name = URL(filePath: path).deletingPathExtension().lastPathComponent
        var result: [(key: String, value: GGUFValue)] = [
            ("general.type", .string("model")), ("general.name", .string(name)),
            ("general.file_type", number(fileTypes[type] ?? 0)),
            ("general.quantization_version", number(2)),
            ("tokenizer.ggml.model", .string(arrays.model)),
            ("tokenizer.ggml.pre", .string(arrays.pre)),
            ("tokenizer.ggml.tokens", .array(arrays.tokens.map { .string($0) })),
            (
                "tokenizer.ggml.token_type",
                .array(arrays.tokenTypes.map { .int32(Int32(clamping: $0)) })
            ),
            ("tokenizer.ggml.add_bos_token", .bool(tokenizer.addsBeginningOfSequence)),
        ]
        if arrays.model == "llama" {
            result.append(
                ("tokenizer.ggml.scores", .array(arrays.scores.map { .float32(Float($0)) })))
            result.append(("tokenizer.ggml.add_space_prefix", .bool(arrays.addsSpace)))
        } else {
            result.append(
                ("tokenizer.ggml.merges", .array(arrays.merges.map { .string($0) })))
        }
        let ends = endTokens.filter { (0..<count).contains($0) }.sorted()
        let end = tokenizer.endOfSequence ?? ends.first
        let others = ends.filter { $0 != end }
        for case (let name, let id?) in [
            ("bos", tokenizer.beginningOfSequence), ("eos", end), ("eot", others.first),
            ("unknown", arrays.unknown),
        ] {
            result.append(("tokenizer.ggml.\(name)_token_id", number(id)))
        }
        if others.count > 1 {
            // llama.cpp finds further ends by their spellings; this is for Keel.
            result.append(("keel.end_token_ids", .array(ends.map(number))))
        }
        if let template = templateSource {
            result.append(("tokenizer.chat_template", .string(template)))
        }
        return result
    }
}
