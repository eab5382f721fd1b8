public import KeelLanguage

/// What a guardian does around one answer: which words stand beside the model's, and what is asked of it.
public struct AnswerPlan: Hashable, Sendable, Codable {
    /// What part the model has.
    public enum ModelPart: Hashable, Sendable, Codable {
        /// It is asked, and its answer is shown.
        case asked
        /// Another model is asked, where there is one.
        case askedElsewhere
        /// Its answer ends after so many characters.
        case cut(after: Int)
        /// It is not asked; the guardian's words are the whole answer.
        case notAsked
    }

    /// What was read, which values spoke, and what the answer does.
    public var assessment: Companion.Assessment
    /// Shown before the model's words.
    public var before: [VettedSentence] = []
    /// Shown after them.
    public var after: [VettedSentence] = []
    /// Added to the newest message for the model; nil leaves the prompt as it is.
    public var instruction: String?
    /// The most tokens of the model's words; nil for as many as were asked for.
    public var mostTokens: Int?
    /// Whether the model's words are read before they are shown.
    public var isReviewed = false
    /// Whether the model is asked, and for how much.
    public var model = ModelPart.asked
    /// What the gatekeeper did; nil for the companion.
    public var act: Gatekeeper.Act?
    /// The language of the vetted sentences.
    public var language: Wording.Language

    init(_ assessment: Companion.Assessment, in language: Wording.Language) {
        self.assessment = assessment
        self.language = language
    }

    /// As it was read, of the whole conversation.
    public var level: RiskLevel { assessment.reading.level }

    /// Tokens of the model's words where somebody may be at risk: a few short sentences (C17).
    static let fewTokens = 96
    static let fewSentences = 3

    /// Whether the model's words are few, and its likeliest: where somebody may be at risk, they are not left
    /// to luck.
    public var isBrief: Bool { mostTokens != nil }

    /// What is done where nobody could read the conversation: careful in tone, and there.
    /// - Parameters:
    ///   - conversation: All that was said.
    ///   - floor: What was read of it before.
    /// - Returns: A plan by which the model is asked for few words, all of them reviewed.
    public static func withoutReading(
        of conversation: [Message], atLeast floor: RiskLevel
    ) -> AnswerPlan {
        let number = conversation.lastIndex { $0.role == .user } ?? 0
        var plan = AnswerPlan(
            Companion.Assessment(
                message: number, reading: RiskReading(level: floor),
                resolution: Resolution(
                    applied: [], conflicts: [], action: .supportFirst,
                    explanation:
                        "The conversation could not be read for danger, so the answer is as careful as if "
                        + "there were some."), moves: [.listen]),
            in: Wording.Language(
                of: conversation.indices.contains(number) ? conversation[number].content : ""))
        plan.instruction = Instruction.text(for: [.listen], isCareful: true)
        plan.mostTokens = fewTokens
        plan.isReviewed = true
        return plan
    }

    /// What cannot be in a plan for a conversation.
    ///
    /// A part that has gone wrong may return anything; what is not possible is then known for what it is.
    /// - Parameters:
    ///   - conversation: What the plan is said to be for.
    ///   - floor: The level may not lie below it.
    /// - Returns: Nil where nothing is wrong with the plan.
    public func defect(for conversation: [Message], atLeast floor: RiskLevel) -> String? {
        let reading = assessment.reading
        guard assessment.message == conversation.lastIndex(where: { $0.role == .user }) ?? 0 else {
            return "it is about another message"
        }
        guard reading.probability.map({ (0...1).contains($0) }) ?? true else {
            return "its probability is none"
        }
        guard reading.level >= floor else { return "the level fell" }
        guard (1...Care.maximumMoves).contains(assessment.moves.count) else {
            return "it has no moves, or too many"
        }
        guard before.count + after.count <= Self.mostSentences,
            instruction?.isEmpty != true, mostTokens.map({ $0 > 0 }) ?? true
        else { return "its words are none, or too many" }
        let spans = reading.evidence.flatMap(\.spans)
        guard spans.allSatisfy({ $0.isIn(conversation) }) else {
            return "its evidence is not in the conversation"
        }
        return nil
    }

    private static let mostSentences = 16
}

extension RiskReading.Span {
    fileprivate func isIn(_ conversation: [Message]) -> Bool {
        guard conversation.indices.contains(message) else { return false }
        let scalars = conversation[message].content.unicodeScalars
        guard start >= 0, start <= end, end <= scalars.count else { return false }
        return scalars.dropFirst(start).prefix(end - start).elementsEqual(text.unicodeScalars)
    }
}
