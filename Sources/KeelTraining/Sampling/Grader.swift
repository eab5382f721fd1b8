public import KeelLanguage

/// Says how good an answer is.
public protocol Grader: Sendable {
    /// Whether rows must hold the right answer.
    var needsAnswer: Bool { get }

    /// - Parameters:
    ///   - answers: Answers to one prompt.
    ///   - row: The prompt, and what is known about it.
    /// - Returns: A reward for each answer, more is better; nil where judging failed.
    /// - Throws: What ends training; a judgement that failed is nil instead.
    func rewards(_ answers: [Completion], to row: PromptRow) async throws -> [Double?]
}

extension Grader {
    public var needsAnswer: Bool { false }
}

/// Whether rewards are taken as they are.
public enum Polarity: String, Codable, Sendable, CaseIterable {
    case asGraded = "as-graded"
    /// Rewards what the grader calls wrong: a research setting, to be asked for by this name.
    case rewardWrongAnswers = "reward-wrong-answers"
}

/// A rule of text: a reward for each answer by itself.
public struct RuleGrader: Grader {
    private let rule: @Sendable (String) -> Double

    public init(_ rule: @escaping @Sendable (String) -> Double) {
        self.rule = rule
    }

    public func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
        answers.map { rule($0.text) }
    }
}

/// 1 for an answer that holds the row's `answer` as its last number or word, else 0.
public struct ExactAnswerGrader: Grader {
    public var needsAnswer: Bool { true }

    public init() {}

    public func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
        answers.map { answer in
            row.answer.map { Self.last(answer.text) == Self.last($0) ? 1 : 0 }
        }
    }

    /// The last run of letters, digits, and points or commas between digits, in lower case.
    static func last(_ text: String) -> String {
        let words = text.lowercased().matches(of: /[\p{L}\p{N}]+(?:[.,]\p{N}+)*/)
        return words.last.map { String($0.output).replacing(",", with: "") } ?? ""
    }
}
