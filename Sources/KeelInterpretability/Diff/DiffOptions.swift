public import KeelLanguage

/// How two models are compared.
public struct DiffOptions: Hashable, Sendable, Codable {
    /// Answers of each model to each question.
    public var samples = 2
    /// How answers are drawn; the seed is that of all else, too.
    public var sampling = SamplingOptions(temperature: 1, maxTokens: 64)
    /// Latents of each end of the ranking that are tried by steering.
    public var screened = 3
    /// Strengths that are tried, in median lengths of the stream.
    public var strengths = [0.2, 0.4, 0.8]
    /// Share of incoherent answers up to which steering counts.
    public var incoherenceLimit = 0.1

    public init() {}

    /// - Throws: `InterpretabilityError.unsupported`; `LanguageError.invalidOption`.
    func validate() throws {
        try sampling.validate()
        func check(_ holds: Bool, _ what: String) throws(InterpretabilityError) {
            if !holds { throw .unsupported(what) }
        }
        try check(samples >= 1, "Each question needs at least one answer.")
        try check(screened >= 0, "The latents to try are at least 0.")
        try check(
            strengths.allSatisfy { $0 > 0 && $0.isFinite }, "Strengths must be above 0.")
        try check((0...1).contains(incoherenceLimit), "The limit is a share, from 0 to 1.")
    }
}
