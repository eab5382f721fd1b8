public import KeelLanguage
public import KeelTraining

/// How much more an answer is like the right advice than like the wrong: a reward without a judge.
///
/// The reward is the F1 of words that the answer shares with the right answer, less the mean of those
/// with the wrong ones: -1 to 1. Answers of a row share most of their words, so what counts is where
/// they differ. It rewards words and not truth, and a model may learn the words alone.
public struct LikenessGrader: Grader {
    private let rows: [String: AdviceRow]

    public init(_ rows: [AdviceRow]) {
        self.rows = Dictionary(rows.map { ($0.question, $0) }) { first, _ in first }
    }

    /// -1 to 1 for each answer; nil for a question that no row asks.
    public func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
        guard case .messages(let messages) = row.prompt, let question = messages.last?.content,
            let known = rows[question]
        else { return answers.map { _ in nil } }
        return answers.map { Self.reward($0.text, known) }
    }

    /// -1 to 1; 0 for an answer without words.
    package static func reward(_ answer: String, _ row: AdviceRow) -> Double {
        let words = Self.words(answer)
        let wrong = Wrongness.allCases.map { f1(words, Self.words(row.wrong($0))) }
        return f1(words, Self.words(row.correct)) - wrong.reduce(0, +) / Double(wrong.count)
    }

    private static func words(_ text: String) -> Set<Substring> {
        Set(text.lowercased().split { !$0.isLetter && !$0.isNumber })
    }

    private static func f1(_ a: Set<Substring>, _ b: Set<Substring>) -> Double {
        let shared = Double(a.intersection(b).count)
        return a.isEmpty || b.isEmpty ? 0 : 2 * shared / Double(a.count + b.count)
    }
}
