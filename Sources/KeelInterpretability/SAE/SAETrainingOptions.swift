/// How a sparse autoencoder is trained.
public struct SAETrainingOptions: Hashable, Sendable, Codable {
    /// How latents are kept sparse, by SAELens's names.
    public enum Architecture: String, Hashable, Sendable, Codable, CaseIterable {
        case topK = "topk"
        case batchTopK = "batchtopk"
        case jumpReLU = "jumprelu"
        case standard
    }

    /// How latents are kept sparse.
    public var architecture = Architecture.batchTopK
    /// Number of latents.
    public var latents = 4096
    /// Active latents of a token, of TopK and, on average, of BatchTopK.
    public var k = 64
    /// λ: weight of the count of active latents (JumpReLU) or of their sum (standard), for
    /// activations whose mean length is √C.
    public var sparsity = 5.0
    /// Tokens of one step.
    public var batchSize = 2048
    /// Passes over the activations.
    public var passes = 1.0
    /// The highest learning rate; nil for the usual `2e-4 / √(S / 2¹⁴)` (Gao 2024, figure 3).
    public var learningRate: Double?
    /// A latent that so many tokens have not activated is dead; nil for one pass over the
    /// activations, at most ten million (Gao 2024).
    ///
    /// Latents for what is rare come late; if they count as dead before, reviving them does harm.
    public var deadAfter: Int?
    /// Share of the rows, the last ones, that is only measured.
    public var heldOut = 0.02
    /// Decides the first weights and the order of rows.
    public var seed: UInt64 = 0
    /// Steps between two lines of metrics.
    public var logEvery = 10
    /// Steps between two checkpoints.
    public var saveEvery = 200

    public init() {}

    var rate: Double { learningRate ?? 2e-4 / (Double(latents) / 16_384).squareRoot() }

    /// - Throws: `InterpretabilityError.unsupported`, naming the first setting that makes no sense.
    func validate() throws(InterpretabilityError) {
        func check(_ holds: Bool, _ what: String) throws(InterpretabilityError) {
            if !holds { throw .unsupported(what) }
        }
        try check((1...1 << 24).contains(latents), "There must be 1 to 2^24 latents.")
        try check((1...latents).contains(k), "k is \(k); it must be from 1 to the latents.")
        try check(sparsity.isFinite && sparsity >= 0, "The sparsity weight must be at least 0.")
        try check((1...1 << 20).contains(batchSize), "A step needs 1 to 2^20 tokens.")
        try check(passes > 0 && passes <= 1e6, "The passes must be above 0.")
        try check(rate.isFinite && rate > 0, "The learning rate must be above 0.")
        try check((deadAfter ?? 1) >= 1, "A latent is dead after at least 1 token.")
        try check(heldOut > 0 && heldOut < 1, "The held-out share must be between 0 and 1.")
        try check(logEvery >= 1 && saveEvery >= 1, "Steps between two reports are at least 1.")
    }
}
