import KeelInterpretability
import KeelLanguage
import KeelModel

/// Answers drawn to the open questions of a panel, read by rules and held to a coherence gate.
struct FreeAnswers {
    private let questions: [PanelItem]
    private let samples: Int
    private let seed: UInt64
    /// The most tokens of an answer.
    static let maxTokens = 40

    /// - Parameters:
    ///   - panel: Its open questions are asked.
    ///   - samples: Answers to each, at least 1.
    ///   - seed: Another one than that of the usual answers, which else would be equal in part.
    init(_ panel: LabPanel, samples: Int, seed: UInt64) {
        questions = panel.items.filter { $0.kind == .open }
        self.samples = samples
        self.seed = seed
    }

    /// - Parameters:
    ///   - language: Answers, with whatever adapter is attached.
    ///   - usual: Answers of the base model; without any, coherence is not judged.
    ///   - adapter: Is turned off while coherence is judged, by the model as it was before.
    /// - Returns: Of each question, so many answers.
    /// - Throws: `TensorError`, `InterpretabilityError`; `CancellationError`.
    func draw(
        _ language: LanguageModel, usual: [FreeAnswer] = [], whileOff adapter: LoRA? = nil
    ) throws -> [FreeAnswer] {
        guard !questions.isEmpty else { return [] }
        let prompts = try questions.map { try language.encode($0.prompt) }
        let drawn = try language.sample(
            prompts, samples: 0..<samples,
            options: SamplingOptions(temperature: 0.8, maxTokens: Self.maxTokens, seed: seed))
        let tokens = drawn.map { $0.map(\.tokens) }
        var gate: [[Bool]]?
        if !usual.isEmpty {
            let before = questions.map { question in
                usual.filter { $0.question == question.id }.map(\.tokens)
            }
            func judge() throws -> [[Bool]] {
                try Incoherence(language, prompts: prompts, usual: before)
                    .areIncoherent(tokens, to: prompts, of: language)
            }
            gate = try adapter.map { try $0.whileOff(judge) } ?? judge()
        }
        return zip(questions, drawn).enumerated().flatMap { row, pair in
            pair.1.enumerated().map { sample, answer in
                FreeAnswer(
                    question: pair.0.id, sample: sample, text: answer.text, tokens: answer.tokens,
                    isIncoherent: gate.map { $0[row][sample] },
                    marks: AnswerRules.marks(answer.text).sorted { $0.rawValue < $1.rawValue })
            }
        }
    }
}
