public import Foundation
import KeelFormats
public import KeelLanguage

/// From a constitution to rows of preferences, in a folder in which every step is a file.
///
/// `config.json` and `constitution.yaml` are written once and never changed. `messages.jsonl`,
/// `answers.jsonl`, and `rankings.jsonl` or `revisions.jsonl` only grow, so a job stopped at any
/// moment goes on where it stood. `prompts.jsonl`, `rows.jsonl` and `report.json` follow from them.
public struct CharacterJob: Sendable {
    /// The models that do the work; one may do all of it.
    public struct Models: Sendable {
        /// Writes messages.
        public var writer: any ChatModel
        /// Answers them.
        public var model: any ChatModel
        /// Ranks the answers.
        public var ranker: any ChatModel

        public init(
            writer: any ChatModel, model: any ChatModel, ranker: any ChatModel
        ) {
            self.writer = writer
            self.model = model
            self.ranker = ranker
        }
    }

    /// How far a step is, in pieces of work.
    public struct Progress: Hashable, Sendable {
        /// What is being done, in a word.
        public var step: String
        /// Pieces that are there, those of earlier sittings included.
        public var done: Int
        public var total: Int
    }

    /// A piece of work that failed; the next sitting tries it again.
    public struct Failure: Error, Hashable, Sendable {
        /// What was being done, in a word.
        public var step: String
        /// Which piece of it.
        public var work: String
        /// What the model said, in words.
        public var reason: String
    }

    /// Where its files lie.
    public let folder: URL
    /// All that decides the data.
    public let config: CharacterConfig
    let constitution: Constitution
    let unrelated: [String]
    let isEvaluation: @Sendable (String) -> Bool
    let messages: WorkLog<MessageRecord>
    let answers: WorkLog<AnswerRecord>
    let rankings: WorkLog<RankingRecord>
    let revisions: WorkLog<RevisionRecord>

    /// Begins a job in a folder, or takes up the same one that is there.
    /// - Parameters:
    ///   - folder: Made where it is not there.
    ///   - constitution: Has at least one trait.
    ///   - config: Made for this constitution and these unrelated messages.
    ///   - unrelated: Messages on which nothing is to change.
    ///   - isEvaluation: Whether a message stands in a suite and must not be trained on.
    /// - Throws: `CharacterError`, `LanguageError`, `FileError`.
    public init(
        folder: URL, _ constitution: Constitution, _ config: CharacterConfig,
        unrelated: [String] = [],
        isEvaluation: @escaping @Sendable (String) -> Bool = { _ in false }
    ) throws {
        try config.validate()
        guard !constitution.traits.isEmpty else {
            throw CharacterError.nothingToDo(constitution: constitution.name, needs: "traits")
        }
        let needsPrinciples =
            config.arm == .revised || config.arm == .ranked && config.rankedBy == .principle
        if needsPrinciples, constitution.principles.isEmpty {
            throw CharacterError.nothingToDo(constitution: constitution.name, needs: "principles")
        }
        if config.arm == .contrasted,
            let bare = constitution.traits.first(where: { $0.examples.isEmpty })
        {
            throw CharacterError.nothingToDo(
                constitution: constitution.name, needs: "examples of the trait \(bare.id)")
        }
        for clause in constitution.clauses {
            for example in clause.examples where isEvaluation(example.ask) {
                throw CharacterError.setting(
                    name: "an example of \(clause.id)", value: "\"\(example.ask)\"",
                    expected: "a question that no suite asks, since rows are made after it")
            }
        }
        self.folder = folder
        self.constitution = constitution
        self.config = config
        self.unrelated = unrelated
        self.isEvaluation = isEvaluation
        try FolderSettings.begin(config, in: folder)
        let copy = folder.appending(component: "constitution.yaml").path
        if !FileManager.default.fileExists(atPath: copy) { try constitution.write(to: copy) }
        func path(_ name: String) -> String { folder.appending(component: name).path }
        messages = try WorkLog(step: "messages", path: path("messages.jsonl"))
        answers = try WorkLog(step: "answers", path: path("answers.jsonl"))
        rankings = try WorkLog(step: "rankings", path: path("rankings.jsonl"))
        revisions = try WorkLog(step: "revisions", path: path("revisions.jsonl"))
    }

    /// Asks the models for all that is missing.
    /// - Parameters:
    ///   - models: Those that the settings name.
    ///   - concurrency: The most calls at a time, at least 1.
    ///   - progress: Called after each piece of work, from one task.
    /// - Returns: What failed.
    /// - Throws: `CancellationError`; a lasting failure of a model; errors of the files.
    public func collect(
        from models: Models, concurrency: Int = 16, progress: (Progress) -> Void = { _ in }
    ) async throws -> [Failure] {
        var failures = try await messages.collect(
            messagePieces(models.writer), concurrency: concurrency, progress: progress)
        let prompts = try prompts()
        try JSONLinesFile.write(to: folder.appending(component: "prompts.jsonl").path) { write in
            for prompt in prompts { try write(prompt) }
        }
        failures += try await answers.collect(
            answerPieces(prompts, models.model), concurrency: concurrency, progress: progress)
        switch config.arm {
        case .ranked:
            failures += try await rankings.collect(
                try rankingPieces(prompts, models.ranker), concurrency: concurrency,
                progress: progress)
        case .revised:
            failures += try await revisions.collect(
                try revisionPieces(prompts, models.model), concurrency: concurrency,
                progress: progress)
        case .prompted, .contrasted: break
        }
        return failures
    }
}
