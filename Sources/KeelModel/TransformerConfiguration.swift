/// What decides the computation of a decoder-only transformer, whichever family it is of.
///
/// The families differ in few ways, and each of them is a value here; how a family's files say it
/// stands in `Families`.
public struct TransformerConfiguration: Hashable, Sendable {
    /// Which linear layers of attention have a bias.
    public enum AttentionBias: Hashable, Sendable { case none, queryKeyValue, all }

    /// What the gate of an MLP goes through.
    public enum Activation: Hashable, Sendable { case silu, geluTanh }

    public package(set) var family: ModelFamily
    /// Rows of the embeddings, `V`; a tokenizer may know fewer tokens.
    public package(set) var vocabularySize: Int
    /// Width of the stream, `C`.
    public package(set) var hiddenSize: Int
    /// Width inside the MLP, `F`.
    public package(set) var intermediateSize: Int
    /// Heads of queries, `H`; a multiple of the heads of keys.
    public package(set) var numAttentionHeads: Int
    /// Heads of keys and values, `Hkv`.
    public package(set) var numKeyValueHeads: Int
    /// Width of a head, `D`; not always `C / H`.
    public package(set) var headDimension: Int
    /// The most tokens of a text, prompt and answer together.
    public package(set) var maxPositionEmbeddings: Int
    /// Added to the mean square in norms.
    public package(set) var rmsNormEpsilon: Double
    /// Whether the output layer is the table of embeddings.
    public package(set) var tieWordEmbeddings: Bool

    /// How each layer looks at the text, in order.
    public package(set) var layers: [AttentionLayer]
    /// Which projections of attention have a bias.
    public package(set) var attentionBias = AttentionBias.none
    /// Whether the linear layers of the MLP have a bias.
    public package(set) var mlpBias = false
    /// Of the gate of an MLP.
    public package(set) var activation = Activation.silu
    /// Whether each head of queries and keys is normed before it is rotated.
    public package(set) var normsQueriesAndKeys = false
    /// Whether what attention and MLP give is normed, too, before it is added to the stream.
    public package(set) var normsOutputs = false
    /// What is added to the weight of a norm before it multiplies.
    public package(set) var normOffset = 0.0
    /// What embeddings are multiplied by.
    public package(set) var embeddingScale = 1.0

    /// Number of blocks.
    public var numHiddenLayers: Int { layers.count }

    /// Number of weights, the output layer not counted when it is tied.
    public var parameterCount: Int {
        let heads = numAttentionHeads + 2 * numKeyValueHeads
        let attentionBiases =
            switch attentionBias {
            case .none: 0
            case .queryKeyValue: heads * headDimension
            case .all: heads * headDimension + hiddenSize
            }
        let attention = (heads + numAttentionHeads) * headDimension * hiddenSize + attentionBiases
        let mlp =
            3 * hiddenSize * intermediateSize
            + (mlpBias ? 2 * intermediateSize + hiddenSize : 0)
        let norms =
            (normsOutputs ? 4 : 2) * hiddenSize + (normsQueriesAndKeys ? 2 * headDimension : 0)
        return numHiddenLayers * (attention + mlp + norms) + hiddenSize
            + vocabularySize * hiddenSize * (tieWordEmbeddings ? 1 : 2)
    }
}

/// How one layer looks at the text.
public struct AttentionLayer: Hashable, Sendable {
    /// The block that it is in, from 0.
    public let index: Int
    /// What scores are multiplied by.
    public package(set) var scale: Double
    /// How its queries and keys are rotated; nil where they are not.
    public package(set) var rope: Rope?
    /// How many positions a position sees, itself counted; nil for all up to it.
    public package(set) var window: Int?
}

extension TransformerConfiguration {
    /// What is common to all families, as Llama has it; a family changes what it does otherwise.
    /// - Throws: `ModelError.configuration`, naming the key that is missing or out of range.
    init(_ file: ConfigFile, family: ModelFamily, positions: Int = 2048) throws(ModelError) {
        func size(_ name: String, _ value: Int?, to limit: Int) throws(ModelError) -> Int {
            guard let value else { throw .configuration("config.json has no \"\(name)\"") }
            guard (1...limit).contains(value) else {
                throw .configuration("\(name) is \(value); it must be from 1 to \(limit)")
            }
            return value
        }
        self.family = family
        vocabularySize = try size("vocab_size", file.vocab_size, to: 1 << 24)
        hiddenSize = try size("hidden_size", file.hidden_size, to: 1 << 20)
        intermediateSize = try size("intermediate_size", file.intermediate_size, to: 1 << 20)
        let count = try size("num_hidden_layers", file.num_hidden_layers, to: 1 << 12)
        let heads = try size("num_attention_heads", file.num_attention_heads, to: 1 << 12)
        numAttentionHeads = heads
        numKeyValueHeads = try size(
            "num_key_value_heads", file.num_key_value_heads ?? heads, to: 1 << 12)
        headDimension = try size("head_dim", file.head_dim ?? hiddenSize / heads, to: 1 << 12)
        maxPositionEmbeddings = try size(
            "max_position_embeddings", file.max_position_embeddings ?? positions, to: 1 << 24)
        rmsNormEpsilon = file.rms_norm_eps ?? 1e-6
        tieWordEmbeddings = file.tie_word_embeddings ?? false
        guard heads.isMultiple(of: numKeyValueHeads) else {
            throw .configuration(
                "num_attention_heads (\(heads)) is no multiple of "
                    + "num_key_value_heads (\(numKeyValueHeads))")
        }
        guard headDimension.isMultiple(of: 2) else {
            throw .configuration(
                "head_dim is \(headDimension); rotary embedding needs an even number")
        }
        guard rmsNormEpsilon > 0, rmsNormEpsilon.isFinite else {
            throw .configuration("rms_norm_eps must be above 0")
        }
        let rope = try Rope(file.rope, theta: 10_000)
        let scale = 1 / Double(headDimension).squareRoot()
        layers = (0..<count).map { AttentionLayer(index: $0, scale: scale, rope: rope) }
    }

    /// Lets layers see no further than a window.
    /// - Throws: `ModelError.configuration` for a window without positions.
    mutating func slide(_ window: Int?, where slides: (Int) -> Bool) throws(ModelError) {
        guard let window else { return }
        guard window > 0 else {
            throw .configuration("sliding_window is \(window); it must be above 0")
        }
        // No text is longer than that.
        let reach = min(window, 1 << 24)
        for layer in layers.indices where slides(layer) { layers[layer].window = reach }
    }

    /// Lets the layers slide that `layer_types` says; what slides without it is for the family to say.
    mutating func slide(_ file: ConfigFile, otherwise: (Int) -> Bool) throws(ModelError) {
        guard let types = file.layer_types else {
            return try slide(file.sliding_window, where: otherwise)
        }
        let known = ["full_attention", "sliding_attention"]
        guard types.count == layers.count, types.allSatisfy(known.contains) else {
            throw .configuration(
                "layer_types must say \(known.joined(separator: " or ")) of each of the "
                    + "\(layers.count) layers")
        }
        try slide(file.sliding_window) { types[$0] == "sliding_attention" }
    }

    /// - Throws: `ModelError.configuration` unless the file asks for this activation or for none.
    static func check(_ asked: String?, is known: String) throws(ModelError) {
        if let asked, asked != known {
            throw .configuration(
                "the activation \"\(asked)\" is not supported here; supported: \(known)")
        }
    }
}
