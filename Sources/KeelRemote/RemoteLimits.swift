public import KeelLanguage

/// How much is asked of a server at a time, and how long it is waited for.
public struct RemoteLimits: Hashable, Sendable {
    /// The most requests that are under way at once.
    public var concurrency: Int
    /// The most time of one attempt, from the first byte sent to the last one received.
    public var timeout: Duration
    /// How often a request that failed for a passing reason is sent again.
    public var retries: Int
    /// The most bytes of an answer.
    public var answerBytes: Int

    /// - Throws: `LanguageError.invalidOption`.
    public init(
        concurrency: Int = 16, timeout: Duration = .seconds(600), retries: Int = 5,
        answerBytes: Int = 1 << 25
    ) throws(LanguageError) {
        guard (1...1024).contains(concurrency) else {
            throw .invalidOption(
                field: "concurrency", value: "\(concurrency)", expected: "from 1 to 1024")
        }
        guard timeout > .zero, timeout <= .seconds(86_400) else {
            throw .invalidOption(
                field: "timeout", value: "\(timeout)", expected: "above 0, and at most a day")
        }
        self.concurrency = concurrency
        self.timeout = timeout
        self.retries = max(0, retries)
        self.answerBytes = max(1, answerBytes)
    }
}
