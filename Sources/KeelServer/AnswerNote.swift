public import KeelLanguage

/// What somebody who watches answers says about one: a guardian, a meter of a persona, a list of
/// values that were applied.
public struct AnswerNote: Hashable, Sendable, Codable {
    /// A number that was read, and where there is one, its reading at each token.
    public struct Meter: Hashable, Sendable, Codable {
        /// What is read, in a word or two.
        public var name: String
        /// What was read, for the whole answer.
        public var value: Double
        /// The ends of the scale.
        public var low: Double
        /// Above `low`.
        public var high: Double
        /// A reading for each token of the answer.
        public var tokens: [Double]?

        public init(
            name: String, value: Double, low: Double, high: Double, tokens: [Double]? = nil
        ) {
            self.name = name
            self.value = value
            self.low = low
            self.high = high
            self.tokens = tokens
        }
    }

    /// Who says it.
    public var by: String
    /// A sentence for people.
    public var text: String
    /// What was read off the answer, in the order in which it is shown.
    public var meters: [Meter]
    /// The text of each token that the meters have a reading for; joined, these are the answer.
    public var pieces: [String]?

    public init(by: String, text: String, meters: [Meter] = [], pieces: [String]? = nil) {
        self.by = by
        self.text = text
        self.meters = meters
        self.pieces = pieces
    }
}

/// A question and its answer, as they are shown to who watches.
public struct Exchange: Sendable {
    /// The name of the model that was asked.
    public var model: String
    /// What was asked, the system prompt included.
    public var prompt: Prompt
    /// What was answered.
    public var completion: Completion

    public init(model: String, prompt: Prompt, completion: Completion) {
        self.model = model
        self.prompt = prompt
        self.completion = completion
    }
}

/// Watches answers, and says something about them beside them.
///
/// This is how values, a guardian's decisions and persona meters get into the API's `keel.notes` and
/// into the page's panel "Why this answer". It is asked once an answer is done, before its last event
/// is sent, and cannot change the answer; what it throws is not there to be thrown.
public protocol AnswerWatcher: Sendable {
    /// What is to be noted on an answer; empty for nothing.
    func notes(on exchange: Exchange) async -> [AnswerNote]
}
