/// A model with directions of character that it can be read along and pushed along.
///
/// Its answers have `Completion.readings`, a value for each direction at each token.
public protocol SteerableChatModel: ChatModel {
    /// In the order of the values of a reading.
    var directions: [CharacterDirection] { get }

    /// The same model, pushed along some of its directions in what it answers.
    /// - Parameter strengths: By name of the direction; 1 is as strong as the direction's unit, for a
    ///   model of Keel's the median length of its residual stream.
    /// - Returns: A model that can be asked beside this one.
    /// - Throws: `LanguageError.invalidOption` for a name that it does not have.
    func steered(by strengths: [String: Double]) throws(LanguageError) -> any ChatModel
}

/// A direction of character that a model has, as kindness or flattery.
public struct CharacterDirection: Hashable, Sendable, Codable {
    /// By which it is asked for; a model's directions have different names.
    public var name: String
    /// Mean readings of answers without the trait and of answers with it, where they are known.
    public var without: Double?
    public var with: Double?

    public init(name: String, without: Double? = nil, with: Double? = nil) {
        self.name = name
        self.without = without
        self.with = with
    }
}

/// What was read off a model at one token of its answer.
public struct TokenReading: Hashable, Sendable, Codable {
    /// The text that the token has completed; joined, these are the answer.
    public var text: String
    /// One for each direction of the model: how far its state lay along it, in the direction's unit.
    public var values: [Double]

    public init(text: String, values: [Double]) {
        self.text = text
        self.values = values
    }
}
