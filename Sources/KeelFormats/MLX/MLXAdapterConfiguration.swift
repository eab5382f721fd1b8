/// What `adapter_config.json` of an mlx-lm adapter folder says.
///
/// One rank and one scale hold for all layers. Keys that are not here are ignored when read.
/// - Source: mlx-lm, `tuner/utils.py` (`load_adapters`, `linear_to_lora_layers`).
public struct MLXAdapterConfiguration: Hashable, Sendable, Codable {
    /// What is done to each layer that is adapted.
    public struct Parameters: Hashable, Sendable, Codable {
        /// At least 1.
        public var rank: Int
        /// The factor of the update itself, not divided by the rank.
        public var scale: Double
        /// In training; nothing is dropped when a model answers.
        public var dropout: Double
        /// Paths inside a block, such as `self_attn.q_proj`; nil for the queries and values.
        public var keys: [String]?

        public init(rank: Int, scale: Double, dropout: Double = 0, keys: [String]?) {
            self.rank = rank
            self.scale = scale
            self.dropout = dropout
            self.keys = keys
        }
    }

    /// `lora`, `dora` or `full`.
    public var fineTuneType: String
    /// How many blocks are adapted, counted from the last.
    public var layerCount: Int
    /// Common to all layers that are adapted.
    public var parameters: Parameters

    public init(layerCount: Int, parameters: Parameters) {
        fineTuneType = "lora"
        self.layerCount = layerCount
        self.parameters = parameters
    }

    private enum CodingKeys: String, CodingKey {
        case fineTuneType = "fine_tune_type"
        case layerCount = "num_layers"
        case parameters = "lora_parameters"
    }

    public init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        // Older files have no type, and mean this.
        fineTuneType = try file.decodeIfPresent(String.self, forKey: .fineTuneType) ?? "lora"
        layerCount = try file.decode(Int.self, forKey: .layerCount)
        parameters = try file.decode(Parameters.self, forKey: .parameters)
    }
}
