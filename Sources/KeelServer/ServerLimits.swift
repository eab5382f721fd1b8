/// What one request, connection or answer may take.
public struct ServerLimits: Hashable, Sendable {
    /// The most bytes of a request's body.
    public var bodyBytes = 4 << 20
    /// The most bytes of all headers of a request together.
    public var headerBytes = 64 << 10
    /// The most connections at a time; more wait in the kernel's queue.
    public var connections = 1024
    /// The most time from a request's head to its last byte.
    public var readTime = Duration.seconds(30)
    /// The most time for which nothing of an answer is taken by the client.
    public var writeTime = Duration.seconds(60)
    /// The most time without a request, and from the first byte of a request to the end of its head.
    public var idleTime = Duration.seconds(60)
    /// The most tokens of an answer where a request does not say.
    public var defaultTokens = 512
    /// The most tokens of an answer; a larger number is cut to this.
    public var mostTokens = 4096
    /// How long answers that are under way may go on when the server is asked to stop.
    public var grace = Duration.seconds(30)

    public init() {}
}
