/// How the next token is drawn, and when to stop.
public struct SamplingOptions: Hashable, Sendable, Codable {
    /// Divides the logits; 0 is greedy decoding.
    public var temperature: Double
    /// Keeps the `k` most probable tokens; nil keeps all.
    public var topK: Int?
    /// Keeps the smallest set of tokens whose probabilities add up to this; 1 keeps all.
    public var topP: Double
    /// Keeps tokens at least this fraction as probable as the most probable one; 0 keeps all.
    public var minP: Double
    /// Divides positive and multiplies negative logits of tokens seen before (Keskar 2019); 1 is off.
    public var repetitionPenalty: Double
    /// The most tokens to generate, the end-of-turn token not counted.
    public var maxTokens: Int
    /// Texts that end the answer; they are not part of it.
    public var stop: [String]
    /// Sample `k` of a prompt draws from a stream that depends on this seed, on `k` and on the prompt
    /// alone.
    public var seed: UInt64

    /// Plain sampling from what the model gives, 256 tokens at most; ranges are checked by `validate()`.
    public init(
        temperature: Double = 1, topK: Int? = nil, topP: Double = 1, minP: Double = 0,
        repetitionPenalty: Double = 1, maxTokens: Int = 256, stop: [String] = [], seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
        self.maxTokens = maxTokens
        self.stop = stop
        self.seed = seed
    }

    /// The most probable token each time.
    public static let greedy = SamplingOptions(temperature: 0)

    /// Checks every field against its range.
    /// - Throws: `LanguageError.invalidOption`, naming the first field that is out of range.
    public func validate() throws(LanguageError) {
        func check(_ holds: Bool, _ field: String, _ value: Any, _ range: String)
            throws(LanguageError)
        {
            if !holds { throw .invalidOption(field: field, value: "\(value)", expected: range) }
        }
        try check(
            temperature.isFinite && temperature >= 0, "temperature", temperature,
            "a number of at least 0")
        try check((topK ?? 1) >= 1, "top-k", topK ?? 0, "a whole number of at least 1")
        try check(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1")
        try check(minP >= 0 && minP <= 1, "min-p", minP, "from 0 to 1")
        try check(
            repetitionPenalty.isFinite && repetitionPenalty > 0, "repetition-penalty",
            repetitionPenalty,
            "a number above 0")
        try check(maxTokens >= 1, "max-tokens", maxTokens, "a whole number of at least 1")
        try check(!stop.contains(""), "stop", "\"\"", "texts that are not empty")
    }
}
