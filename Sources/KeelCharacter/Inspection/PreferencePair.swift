/// A row of preferences as text, with its place in a file.
public struct PreferencePair: Hashable, Sendable {
    /// Where the row stands, such as `rows.jsonl:12`.
    public var place: String
    /// What was asked; rows of one prompt are not independent.
    public var prompt: String
    public var chosen: String
    public var rejected: String
    /// That chosen is the better one, 0 to 1.
    public var probability: Double

    public init(
        place: String, prompt: String, chosen: String, rejected: String, probability: Double = 1
    ) {
        self.place = place
        self.prompt = prompt
        self.chosen = chosen
        self.rejected = rejected
        self.probability = probability
    }
}
