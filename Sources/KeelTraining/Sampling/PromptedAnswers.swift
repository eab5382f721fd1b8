import KeelFormats
import KeelLanguage
import KeelModel

/// Answers that a model gives with a system prompt, as rows to train on without it.
public struct PromptedAnswers: Hashable, Sendable, Codable {
    /// What the teacher is told and the student is not.
    public var system: String
    /// Answers to each question, at least 1.
    public var answers = 1
    /// At which answers are drawn; above 0.
    public var temperature = 1.0
    /// The most tokens of an answer.
    public var maxTokens = 96
    /// Decides what is drawn.
    public var seed: UInt64 = 0

    public init(system: String) {
        self.system = system
    }

    /// Draws the answers and writes them as rows of messages; the file appears whole.
    ///
    /// An answer that was cut off is left out: learned from, it would teach to end anywhere.
    /// - Throws: `TrainingError.unsupported` when none came to its end; `FileError`,
    ///   `CancellationError`.
    func write(_ language: LanguageModel, _ questions: [PromptRow], to path: String) throws {
        var sampling = SamplingOptions(temperature: temperature, maxTokens: maxTokens)
        sampling.seed = seed
        let prompts = try questions.map { try language.encode($0.question.withSystem(system)) }
        let drawn = try language.sample(prompts, samples: 0..<answers, options: sampling)
        var rows: [Row] = []
        for (question, completions) in zip(questions, drawn) {
            guard case .messages(let messages) = question.prompt else { continue }
            for completion in completions where completion.finish == .stop {
                if completion.text.isEmpty { continue }
                rows.append(Row(messages: messages + [.assistant(completion.text)]))
            }
        }
        guard !rows.isEmpty else {
            throw TrainingError.unsupported(
                "No answer came to its end within \(maxTokens) tokens; allow more (max-tokens).")
        }
        try JSONLinesFile.write(to: path) { write in try rows.forEach(write) }
    }

    private struct Row: Encodable {
        var messages: [Message]
    }
}
