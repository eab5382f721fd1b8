import KeelModel
import KeelTensor

/// What is harvested, and how.
public struct HarvestOptions: Hashable, Sendable, Codable {
    /// Hook points by name, such as `blocks.15.hook_resid_post`.
    public var points: [String]
    /// The most tokens of a passage.
    public var window = 256
    /// What is stored: float32, float16 or bfloat16.
    public var type = "float32"
    /// Positions left out at the start of each passage: the first token's stream is many times
    /// longer than any other's, and says nothing of the text.
    public var skippedPositions = 1
    /// Whether only tokens of answers are kept.
    public var answersOnly = false
    /// The most rows over all processes; nil for all there are.
    public var maxRows: Int?
    /// The most tokens of one forward pass; a longer passage goes alone.
    public var tokensPerPass = 2048
    /// Rows of a shard, up to the end of the pass that fills it.
    public var rowsPerShard = 65_536

    public init(points: [String]) { self.points = points }

    /// - Throws: `InterpretabilityError.unsupported`, naming the first setting that makes no sense.
    func validate(for configuration: TransformerConfiguration) throws -> ([HookPoint], ElementType)
    {
        func check(_ holds: Bool, _ what: String) throws(InterpretabilityError) {
            if !holds { throw .unsupported(what) }
        }
        try check(!points.isEmpty, "There is no hook point to read.")
        try check(Set(points).count == points.count, "A hook point is named twice.")
        let layers = configuration.numHiddenLayers
        let found = try points.map { name in
            guard let point = HookPoint(name, layers: layers) else {
                throw InterpretabilityError.unsupported(
                    "\"\(name)\" is no hook point of this model, which has \(layers) layers; "
                        + "blocks.0.hook_resid_post is one.")
            }
            return point
        }
        guard let type = ElementType(rawValue: type),
            [.float32, .float16, .bfloat16].contains(type)
        else {
            throw InterpretabilityError.unsupported(
                "Activations are stored as float32, float16 or bfloat16, not as \(type).")
        }
        try check(skippedPositions >= 0, "Positions to skip are at least 0.")
        try check((maxRows ?? 1) >= 1, "At least one row must be asked for.")
        try check(tokensPerPass >= 1, "A forward pass needs at least one token.")
        try check(rowsPerShard >= 1, "A shard needs at least one row.")
        return (found, type)
    }
}
