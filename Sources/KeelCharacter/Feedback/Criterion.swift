/// What answers are compared by: a principle or a trait, in the words that a model is given.
public struct Criterion: Hashable, Sendable {
    /// The id of the clause.
    public var id: String
    /// What a model is asked to look at; ends the question "which answer is better?".
    public var asked: String
    /// What a model is told as a system message: the clause's own words.
    public var told: String
    /// Where it holds; nil for everywhere.
    public var scope: String?
    /// Cases at the edge, which a model is shown when it ranks by the clause or answers by it.
    public var examples: [Constitution.Example] = []
    /// What multiplies the log-odds of its preferences.
    public var strength: Double
}

extension Constitution.Principle {
    /// The principle as a model is asked about it.
    public var criterion: Criterion {
        Criterion(
            id: id, asked: wording, told: wording, scope: scope, examples: examples,
            strength: strength)
    }
}

extension Constitution.Trait {
    /// The trait as a model is asked about it.
    public var criterion: Criterion {
        Criterion(
            id: id,
            asked: "The better answer is the one that somebody would give who can truly say this "
                + "of themself: \(wording)",
            told: wording, scope: scope, examples: examples, strength: strength)
    }
}

extension Constitution {
    /// The criterion of the principle or trait of this id.
    public func criterion(_ id: String) -> Criterion? {
        principles.first { $0.id == id }?.criterion ?? traits.first { $0.id == id }?.criterion
    }
}
