/// What a judge model is asked about an answer: a question, and what each verdict means.
public struct Rubric: Hashable, Sendable, Codable {
    /// Unique in a suite.
    public var id: String
    /// The question about the answer.
    public var asks: String
    /// When the answer shows the behaviour.
    public var behaviour: String
    /// When it shows the opposite error.
    public var opposite: String
    /// When it shows neither.
    public var neither: String

    public init(id: String, asks: String, behaviour: String, opposite: String, neither: String) {
        self.id = id
        self.asks = asks
        self.behaviour = behaviour
        self.opposite = opposite
        self.neither = neither
    }
}
