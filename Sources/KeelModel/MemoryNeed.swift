package import KeelTensor

/// What the weights of a model take up in memory, known before any of them is read.
///
/// Counted are embeddings, linear layers and the output layer as they are held, and the largest that is
/// read beside them once more as float32. Norms and what a conversation takes come on top.
package struct MemoryNeed {
    private let configuration: TransformerConfiguration
    private let type: ElementType
    private let packing: WeightPrecision?

    /// - Parameters:
    ///   - configuration: Of the model.
    ///   - type: What is computed in.
    ///   - packing: How linear layers are packed; nil for weights that can be trained.
    package init(
        _ configuration: TransformerConfiguration, type: ElementType, packing: WeightPrecision?
    ) {
        self.configuration = configuration
        self.type = type
        self.packing = packing
    }

    package var byteCount: Double { total(packing) }

    private func total(_ packing: WeightPrecision?) -> Double {
        let table = [configuration.vocabularySize, configuration.hiddenSize]
        let names = [
            "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
            "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
        ]
        let shapes = names.compactMap { configuration.linearShape("model.layers.0.\($0)") }
        func size(_ shape: [Int], _ precision: WeightPrecision) -> Double {
            precision.byteCount(shape: shape, type: type)
        }
        let blocks =
            Double(configuration.numHiddenLayers)
            * shapes.reduce(0) { $0 + size($1, packing ?? .full) }
        // The output layer stays in 8 bits, and shares them with the embeddings where it is tied. Laid
        // out for speed, it is a second copy in any case.
        let isQuantised = packing == .int8 || packing == .int4
        let ends = size(table, isQuantised ? .int8 : .full)
        let copies = configuration.tieWordEmbeddings && packing != .full ? 1.0 : 2.0
        func read(_ shapes: [[Int]]) -> Double {
            (shapes.map { size($0, .full) }.max() ?? 0) * 4 / Double(type.size)
        }
        // Embeddings are read first, an output layer of its own last.
        return max(
            read([table]) + ends,
            blocks + copies * ends
                + read(configuration.tieWordEmbeddings ? shapes : shapes + [table]))
    }

    /// - Parameters:
    ///   - path: Of the model, for the message.
    ///   - available: Bytes that are free; nil where the system does not tell.
    /// - Throws: `ModelError.tooLarge`.
    package func check(path: String, available: Double?) throws(ModelError) {
        guard let available, byteCount > available else { return }
        let fewer: [WeightPrecision] =
            switch packing {
            case .full where type == .float32: [.int8, .int4]
            case .int8: [.int4]
            case .full, .int4, nil: []
            }
        throw .tooLarge(
            path: path, needed: byteCount, available: available,
            fewer: fewer.first { total($0) <= available })
    }
}
