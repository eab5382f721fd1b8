internal import Foundation
internal import KeelFormats

/// What the metadata of a GGUF file says of a model: the way back from `ConfigFile+GGUF.swift`.
extension TransformerConfiguration {
    /// Keys and values, those of the architecture last.
    ///
    /// Of Mistral, Qwen and SmolLM3, llama.cpp does not know windows; there the longest text is as
    /// long as the shortest window, within which every position sees all before it.
    /// - Throws: `ModelError.configuration` for what llama.cpp would compute otherwise.
    /// - Source: gguf-py, `constants.py`; llama.cpp, `src/llama-model.cpp`.
    func ggufMetadata() throws(ModelError) -> [(key: String, value: GGUFValue)] {
        try checkBiases()
        var positions = maxPositionEmbeddings
        var more: [(key: String, value: GGUFValue)] = []
        switch family {
        case .gemma3: more = try windowsOfGemma()
        case .smollm3:
            for layer in layers where (layer.rope == nil) != (layer.index + 1).isMultiple(of: 4) {
                throw Self.beyond("which layers do not rotate, if these are not every fourth")
            }
            fallthrough
        case .llama, .mistral, .qwen2, .qwen3:
            // llama.cpp loads Qwen 2's queries as a square.
            guard family != .qwen2 || numAttentionHeads * headDimension == hiddenSize else {
                throw Self.beyond("heads of Qwen 2 that together are not as wide as the model")
            }
            positions = layers.compactMap(\.window).reduce(positions, min)
        }
        let numbers: [(String, Int)] = [
            ("context_length", positions), ("embedding_length", hiddenSize),
            ("block_count", numHiddenLayers), ("feed_forward_length", intermediateSize),
            ("vocab_size", vocabularySize), ("attention.head_count", numAttentionHeads),
            ("attention.head_count_kv", numKeyValueHeads), ("attention.key_length", headDimension),
            ("attention.value_length", headDimension), ("rope.dimension_count", headDimension),
        ]
        var own: [(key: String, value: GGUFValue)] = []
        for (key, number) in numbers { own.append((key, .uint32(UInt32(clamping: number)))) }
        own.append(("attention.layer_norm_rms_epsilon", .float32(Float(rmsNormEpsilon))))
        own += try ropeOfGGUF()
        own += more
        var all: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string(family.ggufName))
        ]
        for (key, value) in own { all.append(("\(family.ggufName).\(key)", value)) }
        return all
    }

    /// What the angles of Llama 3's rope are divided by, which llama.cpp reads as a tensor of this
    /// name; nil for another rope.
    var ropeDivisors: [Float]? {
        guard let rope = globalRope, case .llama3 = rope.scaling else { return nil }
        let pairs = headDimension / 2
        let plain = (0..<pairs).map { pair in
            Float(pow(rope.theta, -Double(pair) / Double(pairs)))
        }
        return zip(plain, rope.frequencies(plain)).map { $0 / $1 }
    }

    /// The rotation of layers that see all of a text; of Gemma 3, where there is none, its own.
    private var globalRope: Rope? {
        layers.first { $0.rope != nil && ($0.window == nil || family != .gemma3) }?.rope
            ?? (family == .gemma3 ? Rope(theta: 1_000_000) : nil)
    }

    private func checkBiases() throws(ModelError) {
        let isKnown =
            switch family {
            case .llama, .mistral: attentionBias != .queryKeyValue
            case .qwen2: attentionBias == .queryKeyValue && !mlpBias
            case .qwen3, .smollm3, .gemma3: attentionBias == .none && !mlpBias
            }
        if !isKnown { throw Self.beyond("the biases of a model of \(family.rawValue)") }
    }

    private func ropeOfGGUF() throws(ModelError) -> [(key: String, value: GGUFValue)] {
        guard let rope = globalRope else { return [] }
        var result: [(key: String, value: GGUFValue)] = [
            ("rope.freq_base", .float32(Float(rope.theta)))
        ]
        switch rope.scaling {
        case .none: break
        case .linear(let factor):
            result.append(("rope.scaling.type", .string("linear")))
            result.append(("rope.scaling.factor", .float32(Float(factor))))
        case .llama3(_, let low, let high, let original):
            // The divisors alone are in the file, and these are the numbers that are read of them.
            guard family.ggufName == "llama", low == 1, high == 4, original == 8192 else {
                throw Self.beyond("a rope of type llama3 other than that of Llama 3")
            }
        }
        return result
    }

    /// Of so many layers all but the last have a window, the same, and a rotation of their own.
    private func windowsOfGemma() throws(ModelError) -> [(key: String, value: GGUFValue)] {
        // As llama.cpp has it: the largest model alone scales by the width, not by the head.
        let width =
            numHiddenLayers == 62
            ? Double(hiddenSize) / Double(numAttentionHeads) : Double(headDimension)
        for layer in layers where abs(layer.scale * width.squareRoot() - 1) > 1e-6 {
            throw Self.beyond("a query_pre_attn_scalar that is not the size of a head")
        }
        let local = layers.filter { $0.window != nil }
        guard let first = local.first, let window = first.window, let rope = first.rope else {
            return []
        }
        let pattern = (layers.first { $0.window == nil }?.index ?? layers.count) + 1
        let isRegular = layers.allSatisfy { layer in
            let slides = !(layer.index + 1).isMultiple(of: pattern)
            return (layer.window != nil) == slides && (!slides || layer.window == window)
        }
        guard isRegular, rope.scaling == .none, local.allSatisfy({ $0.rope == rope }) else {
            throw Self.beyond("windows that do not come back at regular steps")
        }
        return [
            ("attention.sliding_window", .uint32(UInt32(clamping: window))),
            ("attention.sliding_window_pattern", .uint32(UInt32(clamping: pattern))),
            ("rope.freq_base_swa", .float32(Float(rope.theta))),
        ]
    }

    private static func beyond(_ what: String) -> ModelError {
        .configuration("llama.cpp has no place for \(what), and would compute something else")
    }
}
