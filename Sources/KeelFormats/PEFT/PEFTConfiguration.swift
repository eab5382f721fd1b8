/// What `adapter_config.json` of a PEFT LoRA folder says.
///
/// Keys that are not here are ignored when read. Written files hold those keys that every loader
/// knows, and no others.
/// - Source: peft 0.21, `tuners/lora/config.py`.
public struct PEFTConfiguration: Hashable, Sendable {
    /// Which layers are adapted.
    public enum Targets: Hashable, Sendable {
        /// Ends of module paths, such as `q_proj`.
        case names([String])
        /// A regular expression for the whole path, or `all-linear`.
        case pattern(String)
    }

    /// `LORA`, the one kind that is applied.
    public var type: String
    /// At least 1; `rankPattern` has the exceptions.
    public var rank: Int
    /// The update is scaled by it over the rank; `alphaPattern` has the exceptions.
    public var alpha: Double
    /// Scale `alpha / √rank` in place of `alpha / rank` (Kalajdzievski 2023).
    public var isRankStabilized: Bool
    /// Which linear layers are adapted.
    public var targets: Targets
    /// Indices of the blocks that are adapted; nil for all.
    public var layers: [Int]?
    /// Ranks of modules that differ, by the end of their path (a regular expression).
    public var rankPattern: [String: Int]
    /// Alphas of modules that differ, by the end of their path (a regular expression).
    public var alphaPattern: [String: Double]
    /// What it was trained on, as its author wrote it; nil where the file does not say.
    public var baseModel: String?
    /// What the file asks for that is no plain LoRA, in words; empty where there is nothing.
    public private(set) var demands: [String] = []

    public init(
        rank: Int, alpha: Double, isRankStabilized: Bool = false, targets: Targets,
        layers: [Int]? = nil, baseModel: String? = nil
    ) {
        type = "LORA"
        self.rank = rank
        self.alpha = alpha
        self.isRankStabilized = isRankStabilized
        self.targets = targets
        self.layers = layers
        rankPattern = [:]
        alphaPattern = [:]
        self.baseModel = baseModel
    }

    /// Rank and scale of one module: `alpha / rank`, or `alpha / √rank`.
    public func shape(of module: String) -> (rank: Int, scale: Double) {
        let rank = Self.value(in: rankPattern, for: module) ?? rank
        let alpha = Self.value(in: alphaPattern, for: module) ?? alpha
        return (rank, alpha / (isRankStabilized ? Double(rank).squareRoot() : Double(rank)))
    }

    private static func value<Value>(in pattern: [String: Value], for module: String) -> Value? {
        keys(of: pattern, for: module).first.flatMap { pattern[$0] }
    }

    private static func keys<Value>(of pattern: [String: Value], for module: String) -> [String] {
        pattern.keys.sorted().filter { key in
            guard let regex = try? Regex(expression(key)) else { return false }
            return module.wholeMatch(of: regex) != nil
        }
    }

    private static func expression(_ key: String) -> String { "(.*\\.)?(\(key))" }

    /// Why the ranks and alphas of one module are not clear; nil when they are.
    ///
    /// Where several patterns mean a module, PEFT takes the first in the file; which one that is is
    /// not known here.
    public func ambiguity(of module: String) -> String? {
        func differ<Value: Hashable>(_ pattern: [String: Value], _ name: String) -> String? {
            let keys = Self.keys(of: pattern, for: module)
            guard Set(keys.compactMap { pattern[$0] }).count > 1 else { return nil }
            return "several patterns of \(name) mean \"\(module)\" and give it different values: "
                + keys.map { "\"\($0)\"" }.joined(separator: ", ")
        }
        return differ(rankPattern, "rank_pattern") ?? differ(alphaPattern, "alpha_pattern")
    }
}

extension PEFTConfiguration: Codable {
    private enum CodingKeys: String, CodingKey {
        case type = "peft_type"
        case task = "task_type"
        case rank = "r"
        case alpha = "lora_alpha"
        case dropout = "lora_dropout"
        case isRankStabilized = "use_rslora"
        case targets = "target_modules"
        case layers = "layers_to_transform"
        case layersPattern = "layers_pattern"
        case rankPattern = "rank_pattern"
        case alphaPattern = "alpha_pattern"
        case baseModel = "base_model_name_or_path"
        case bias
        case isTransposed = "fan_in_fan_out"
        case usesDoRA = "use_dora"
        case savedModules = "modules_to_save"
        case isInference = "inference_mode"
        case initialization = "init_lora_weights"
        case revision
    }

    public init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ fallback: Value) throws -> Value {
            try file.decodeIfPresent(Value.self, forKey: key) ?? fallback
        }
        type = try file.decode(String.self, forKey: .type)
        rank = try file.decode(Int.self, forKey: .rank)
        alpha = try file.decode(Double.self, forKey: .alpha)
        isRankStabilized = try value(.isRankStabilized, false)
        if let pattern = try? file.decode(String.self, forKey: .targets) {
            targets = .pattern(pattern)
        } else {
            targets = .names(try value(.targets, []))
        }
        if let one = try? file.decode(Int.self, forKey: .layers) {
            layers = [one]
        } else {
            layers = try file.decodeIfPresent([Int].self, forKey: .layers)
        }
        rankPattern = try value(.rankPattern, [:])
        alphaPattern = try value(.alphaPattern, [:])
        baseModel = try file.decodeIfPresent(String.self, forKey: .baseModel)
        let bias = try value(.bias, "none")
        let saved: [String] = try value(.savedModules, [])
        if type != "LORA" { demands.append("its type is \(type), not LORA") }
        if try value(.usesDoRA, false) { demands.append("DoRA is not supported") }
        if try value(.isTransposed, false) { demands.append("fan_in_fan_out is not supported") }
        if bias != "none" { demands.append("trained biases are not supported") }
        if !saved.isEmpty { demands.append("modules_to_save is not supported") }
        demands += try Self.unsupported(decoder)
        for key in Set(rankPattern.keys).union(alphaPattern.keys).sorted()
        where (try? Regex(Self.expression(key))) == nil {
            demands.append("its pattern \"\(key)\" is no regular expression")
        }
        let ranks = [rank] + rankPattern.values
        if let rank = ranks.first(where: { $0 < 1 }) { demands.append("its rank is \(rank)") }
    }

    /// Kinds of LoRA that compute something else than `scale · B A x`, where the file asks for one.
    private static func unsupported(_ decoder: any Decoder) throws -> [String] {
        enum Variant: String, CodingKey, CaseIterable {
            case alora_invocation_tokens, arrow_config, kasa_config, layer_replication
            case monteclora_config, use_bdlora, use_qalora, velora_config
        }
        let file = try decoder.container(keyedBy: Variant.self)
        return try Variant.allCases.filter { key in
            guard file.contains(key), try !file.decodeNil(forKey: key) else { return false }
            return (try? file.decode(Bool.self, forKey: key)) != false
        }.map { "\($0.rawValue) is not supported" }
    }

    public func encode(to encoder: any Encoder) throws {
        var file = encoder.container(keyedBy: CodingKeys.self)
        try file.encode(type, forKey: .type)
        try file.encode("CAUSAL_LM", forKey: .task)
        try file.encode(rank, forKey: .rank)
        try file.encode(alpha, forKey: .alpha)
        try file.encode(0.0, forKey: .dropout)
        try file.encode(isRankStabilized, forKey: .isRankStabilized)
        switch targets {
        case .names(let names): try file.encode(names, forKey: .targets)
        case .pattern(let pattern): try file.encode(pattern, forKey: .targets)
        }
        try file.encode(layers, forKey: .layers)
        try file.encodeNil(forKey: .layersPattern)
        try file.encode(rankPattern, forKey: .rankPattern)
        try file.encode(alphaPattern, forKey: .alphaPattern)
        try file.encode(baseModel, forKey: .baseModel)
        try file.encode("none", forKey: .bias)
        try file.encode(false, forKey: .isTransposed)
        try file.encode(false, forKey: .usesDoRA)
        try file.encodeNil(forKey: .savedModules)
        try file.encode(true, forKey: .isInference)
        try file.encode(true, forKey: .initialization)
        try file.encodeNil(forKey: .revision)
    }
}
