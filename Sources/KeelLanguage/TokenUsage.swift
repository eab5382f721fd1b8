/// What a call took, in tokens.
public struct TokenUsage: Hashable, Sendable, Codable {
    /// Tokens that were read: the prompt, with all that its template adds.
    public var promptTokens: Int
    /// Tokens that were written, as the model or its server counts them.
    ///
    /// A server may count the end of the turn too.
    public var completionTokens: Int
    /// Of the completion tokens, those of reasoning that is not shown; nil where there is such
    /// reasoning and the server does not tell how much.
    public var hiddenTokens: Int?

    public init(promptTokens: Int, completionTokens: Int, hiddenTokens: Int? = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.hiddenTokens = hiddenTokens
    }

    /// No tokens at all.
    public static let zero = TokenUsage(promptTokens: 0, completionTokens: 0)

    /// Tokens read and written; hidden ones are among the written.
    public var total: Int { Self.sum(promptTokens, completionTokens) }

    /// Sums that have no room stay at the largest number; hidden tokens are unknown where those of either are.
    public static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            promptTokens: sum(left.promptTokens, right.promptTokens),
            completionTokens: sum(left.completionTokens, right.completionTokens),
            hiddenTokens: left.hiddenTokens.flatMap { hidden in
                right.hiddenTokens.map { sum(hidden, $0) }
            })
    }

    /// A server's numbers may be anything; a sum that has no room stays at its end.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? (left < 0 ? .min : .max) : sum
    }
}

/// What tokens cost, in the user's currency for a million of them.
public struct TokenPrice: Hashable, Sendable {
    /// For a million tokens that are read.
    public var prompt: Double
    /// For a million tokens that are written.
    public var completion: Double

    /// - Throws: `LanguageError.invalidOption` for a price that is negative or no number.
    public init(prompt: Double, completion: Double) throws(LanguageError) {
        for (field, price) in [("prompt-price", prompt), ("completion-price", completion)]
        where !(price >= 0 && price.isFinite) {
            throw .invalidOption(
                field: field, value: "\(price)",
                expected: "at least 0, in your currency for a million tokens")
        }
        self.prompt = prompt
        self.completion = completion
    }

    /// Money for so many tokens, in the currency of the prices.
    public func cost(of usage: TokenUsage) -> Double {
        (Double(usage.promptTokens) * prompt + Double(usage.completionTokens) * completion) / 1e6
    }
}
