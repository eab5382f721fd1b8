internal import KeelFormats
internal import KeelTensor

extension TransformerConfiguration {
    /// The shape `[out, in]` of the linear layer at a checkpoint path; nil where there is none.
    func linearShape(_ path: String) -> [Int]? {
        if path == "lm_head" { return tieWordEmbeddings ? nil : [vocabularySize, hiddenSize] }
        let parts = path.split(separator: ".", maxSplits: 3).map(String.init)
        guard parts.count == 4, parts[..<2] == ["model", "layers"], let layer = Int(parts[2]),
            (0..<numHiddenLayers).contains(layer), "\(layer)" == parts[2]
        else { return nil }
        switch parts[3] {
        case "self_attn.q_proj": return [numAttentionHeads * headDimension, hiddenSize]
        case "self_attn.k_proj", "self_attn.v_proj":
            return [numKeyValueHeads * headDimension, hiddenSize]
        case "self_attn.o_proj": return [hiddenSize, numAttentionHeads * headDimension]
        case "mlp.gate_proj", "mlp.up_proj": return [intermediateSize, hiddenSize]
        case "mlp.down_proj": return [hiddenSize, intermediateSize]
        default: return nil
        }
    }

    /// How many heads share out the rows of a layer, or of its weight or bias, that llama.cpp stores
    /// in pairs; nil for other layers.
    func pairedHeads(_ path: String) -> Int? {
        guard family.hasPairedRows else { return nil }
        if path.contains(".self_attn.q_proj") { return numAttentionHeads }
        return path.contains(".self_attn.k_proj") ? numKeyValueHeads : nil
    }
}

extension LoRA {
    /// The updates in the order of their layers' paths, each sure to fit a model of this shape.
    /// - Throws: `ModelError` for an update that fits no layer.
    func updates(fitting configuration: TransformerConfiguration) throws -> [(
        path: String, update: LowRank
    )] {
        try updates.sorted { $0.key < $1.key }.map { path, update in
            guard let expected = configuration.linearShape(path) else {
                throw ModelError.adapter(
                    path: path, reason: "the update \"\(path)\" belongs to no layer of the model")
            }
            let found = [update.b.size(0), update.a.size(1)]
            guard found == expected, update.a.size(0) == update.b.size(1) else {
                throw ModelError.weightShape(name: path, found: found, expected: expected)
            }
            return (path, update)
        }
    }

    /// An adapter of updates whose scale is `alpha / rank`, each rank its own.
    ///
    /// Layers are named as shortly as PEFT allows.
    convenience init(
        _ updates: [String: LowRank], alpha: (_ rank: Int) -> Double, baseModel: String? = nil,
        for configuration: TransformerConfiguration
    ) throws {
        let paths = updates.keys.sorted()
        let ranks = updates.mapValues { $0.a.size(0) }
        let rank = ranks.values.max() ?? 1
        let names = Set(paths.compactMap { $0.split(separator: ".").last }.map(String.init))
        let blocks = configuration.numHiddenLayers
        let all =
            names.subtracting(["lm_head"]).count * blocks + (names.contains("lm_head") ? 1 : 0)
        var adapter = PEFTConfiguration(
            rank: rank, alpha: alpha(rank),
            targets: .names(paths.count == all ? names.sorted() : paths), baseModel: baseModel)
        for (path, own) in ranks where own != rank {
            adapter.rankPattern[path] = own
            if alpha(own) != alpha(rank) { adapter.alphaPattern[path] = alpha(own) }
        }
        self.init(adapter, updates: updates)
        _ = try self.updates(fitting: configuration)
    }
}
