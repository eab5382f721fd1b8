public import Foundation
public import KeelLanguage

/// Answers to questions with suffixes behind them, of a model before and after a training.
///
/// `answers.jsonl` only grows, so a job stopped at any moment goes on where it stood.
public struct RobustnessJob: Sendable {
    /// Where its files lie.
    public let folder: URL
    /// All that decides the answers.
    public let config: RobustnessConfig
    let constitution: Constitution
    let questions: [RobustnessQuestion]
    let suffixes: SuffixSheet
    private let answers: WorkLog<SuffixedAnswer>

    /// Begins a job in a folder, or takes up the same one that is there.
    /// - Parameters:
    ///   - folder: Made where it is not there.
    ///   - constitution: Its traits are the system message of the prompted side.
    ///   - config: Made for this constitution, these questions and suffixes.
    ///   - questions: Each with an id of its own, at least one.
    ///   - suffixes: What is put behind them.
    /// - Throws: `CharacterError`, `LanguageError`, `FileError`.
    public init(
        folder: URL, _ constitution: Constitution, _ config: RobustnessConfig,
        questions: [RobustnessQuestion], suffixes: SuffixSheet
    ) throws {
        try config.validate()
        guard !constitution.traits.isEmpty else {
            throw CharacterError.nothingToDo(constitution: constitution.name, needs: "traits")
        }
        guard !questions.isEmpty, Set(questions.map(\.id)).count == questions.count else {
            throw CharacterError.setting(
                name: "questions", value: "\(questions.count)",
                expected: "at least one, each with an id of its own")
        }
        self.folder = folder
        self.constitution = constitution
        self.config = config
        self.questions = questions
        self.suffixes = suffixes
        try FolderSettings.begin(config, in: folder)
        answers = try WorkLog(
            step: "answers", path: folder.appending(component: "answers.jsonl").path)
    }

    /// Asks a model for all that is missing of some methods.
    /// - Parameters:
    ///   - methods: Plain and prompted ask the model before the training, trained the one after it.
    ///   - model: That model.
    ///   - concurrency: The most calls at a time, at least 1.
    ///   - progress: Called after each answer, from one task.
    /// - Returns: What failed; the next sitting tries again.
    /// - Throws: `CancellationError`; a lasting failure of a model; errors of the file.
    public func collect(
        _ methods: [RobustnessMethod], from model: any ChatModel, concurrency: Int = 16,
        progress: (CharacterJob.Progress) -> Void = { _ in }
    ) async throws -> [CharacterJob.Failure] {
        let pieces = methods.flatMap { method in
            questions.flatMap { question in
                suffixes.all.flatMap { suffix in
                    (0..<config.samples).map { piece(question, suffix, method, $0, model) }
                }
            }
        }
        return try await answers.collect(pieces, concurrency: concurrency, progress: progress)
    }

    /// What all answers that are there come to.
    /// - Parameters:
    ///   - classifier: Fitted on other prompts and other methods.
    ///   - material: What it was fitted on.
    /// - Returns: Estimates with intervals, and a verdict.
    /// - Throws: `JSONLinesError`, `FileError`; `StatisticsError`.
    public func report(
        by classifier: TraitClassifier, of material: TraitClassifier.Material
    ) throws -> RobustnessReport {
        let records = try answers.records()
        var scores: [SuffixedAnswer.Place: [Double]] = [:]
        var missing: [RobustnessMethod: Int] = [:]
        for method in RobustnessMethod.allCases {
            for question in questions {
                for suffix in suffixes.all {
                    let place = SuffixedAnswer.Place(
                        question: question.id, suffix: suffix.id, method: method)
                    let own = (0..<config.samples).compactMap { records[place.key($0)] }
                    missing[method, default: 0] += config.samples - own.count
                    scores[place] = own.map { classifier.score($0.text) }
                }
            }
        }
        return try RobustnessReport(
            config: config, questions: questions, suffixes: suffixes, scores: scores,
            missing: missing, validation: classifier.validation, material: material)
    }

    private func piece(
        _ question: RobustnessQuestion, _ suffix: SuffixSheet.Suffix, _ method: RobustnessMethod,
        _ sample: Int, _ model: any ChatModel
    ) -> WorkLog<SuffixedAnswer>.Piece {
        let place = SuffixedAnswer.Place(
            question: question.id, suffix: suffix.id, method: method)
        return WorkLog<SuffixedAnswer>.Piece(keys: [place.key(sample)]) {
            var options = config.sampling
            // Each method draws by itself: equal draws would make like answers of unlike models.
            options.seed =
                Digest.number(of: [question.id, suffix.id, method.rawValue]) ^ config.seed
            let asked = question.asked(suffix)
            let system = [asked.systemText, constitution.systemPrompt].compactMap(\.self)
                .joined(separator: "\n\n")
            let prompt = Prompt.messages(asked)
                .withSystem(method == .prompted ? system : nil)
            let replies = try await model.complete(
                prompt, samples: sample..<sample + 1, options: options)
            guard let reply = replies.first else { throw LanguageError.noAnswer(model: model.name) }
            return [
                SuffixedAnswer(
                    place: place, sample: sample, text: reply.text.trimmed,
                    isCutOff: reply.finish == .length)
            ]
        }
    }
}

/// An answer to a question with a suffix, a line of `answers.jsonl`.
struct SuffixedAnswer: WorkRecord, Hashable {
    /// What was asked of whom.
    struct Place: Hashable, Codable, Sendable {
        var question: String
        var suffix: String
        var method: RobustnessMethod

        func key(_ sample: Int) -> String { "\(question)/\(suffix)/\(method.rawValue)/\(sample)" }
    }

    var place: Place
    var sample: Int
    var text: String
    var isCutOff: Bool

    var key: String { place.key(sample) }

    enum CodingKeys: String, CodingKey {
        case place, sample, text
        case isCutOff = "cut_off"
    }
}
