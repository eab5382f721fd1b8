/// A case of a prompt's work, and how a model did on it.
public struct CaseOutcome: Hashable, Sendable {
    /// An answer, and whether it was as wanted.
    public struct Answer: Hashable, Sendable {
        /// What the model said.
        public var text: String
        /// Whether it was as wanted.
        public var passes: Bool

        public init(text: String, passes: Bool) {
            self.text = text
            self.passes = passes
        }
    }

    /// Unique among the cases.
    public var id: String
    /// What it shares with other cases; errors are clustered on it.
    public var cluster: String
    /// What was asked.
    public var question: String
    /// What an answer should do.
    public var wanted: String
    /// One for each sample.
    public var answers: [Answer]

    public init(
        id: String, cluster: String, question: String, wanted: String, answers: [Answer]
    ) {
        self.id = id
        self.cluster = cluster
        self.question = question
        self.wanted = wanted
        self.answers = answers
    }

    /// The share of answers that are as wanted; 1 where there are none.
    var passShare: Double {
        answers.isEmpty ? 1 : Double(answers.count(where: \.passes)) / Double(answers.count)
    }
}

/// What tries a system prompt: each time in a fresh context, with nothing but the prompt before the
/// question.
public protocol PromptTrials: Sendable {
    /// All that cases say, in which a patch's words are looked for.
    var caseTexts: [String] { get }

    /// Outcomes of the cases that the author of patches may see.
    func seen(_ prompt: String) async throws -> [CaseOutcome]

    /// Outcomes of the cases that nobody but the gate sees.
    func heldOut(_ prompt: String) async throws -> [CaseOutcome]

    /// What must not get worse and does when one prompt takes the other's place, in words; none if
    /// all of it holds.
    func regressions(from before: String, to after: String) async throws -> [String]
}
