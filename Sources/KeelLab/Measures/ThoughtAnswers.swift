import KeelLanguage
import KeelModel
import KeelTokenizer

/// What a reader of thoughts makes of the reasoning in an answer.
public struct ThoughtReading: Hashable, Sendable, Codable {
    /// Gives nil for an answer without reasoning.
    public typealias Reader = @Sendable (_ answer: String) -> ThoughtReading?

    /// Log-odds that the model speaks as somebody else.
    public var score: Double
    /// Whether the model takes on another persona.
    public var isShifted: Bool
    /// Rules that spoke.
    public var signs: [String]
    /// Where it sounds most like somebody else.
    public var passage: String

    public init(score: Double, isShifted: Bool, signs: [String], passage: String) {
        self.score = score
        self.isShifted = isShifted
        self.signs = signs
        self.passage = passage
    }
}

/// An answer to a question that asks for thoughts first: a line of `thoughts.jsonl`.
struct ThoughtAnswer: Hashable, Sendable, Codable {
    var question: String
    var sample: Int
    var text: String
    /// Nil where the model wrote no thoughts, which is missing and not read as none.
    var reading: ThoughtReading?
}

/// Answers with thoughts to the open questions of a panel.
///
/// The answer is begun for the model with `<think>`: small models write none of themselves, and what was
/// not written cannot be read.
struct ThoughtAnswers {
    private let questions: [PanelItem]
    private let samples: Int
    static let maxTokens = 96
    /// Stands behind each question.
    static let request = "Think between <think> and </think>, then answer."
    /// What each answer begins with.
    static let opening = "<think>\n"

    init(_ panel: LabPanel, samples: Int) {
        questions = panel.items.filter { $0.kind == .open }
        self.samples = samples
    }

    func draw(
        _ language: LanguageModel, _ reader: ThoughtReading.Reader
    ) throws -> [ThoughtAnswer] {
        guard !questions.isEmpty else { return [] }
        let prompts = try questions.map {
            try language.encode(.user("\($0.question)\n\n\(Self.request)"))
                + language.tokenizer.encode(Self.opening)
        }
        let drawn = try language.sample(
            prompts, samples: 0..<samples,
            options: SamplingOptions(temperature: 0.8, maxTokens: Self.maxTokens, seed: 2))
        return zip(questions, drawn).flatMap { question, answers in
            answers.enumerated().map { sample, answer in
                let text = Self.opening + answer.text
                return ThoughtAnswer(
                    question: question.id, sample: sample, text: text, reading: reader(text))
            }
        }
    }
}
