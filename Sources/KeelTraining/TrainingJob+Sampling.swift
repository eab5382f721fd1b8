import Foundation
import KeelLanguage
import KeelModel

// Methods whose data are questions: the model answers them itself.
extension TrainingJob {
    /// Trains on rewards of the model's own answers.
    func trainPolicy(
        _ options: PolicyObjective.Options, _ language: LanguageModel, _ adapter: LoRA,
        _ encoder: RowEncoder, _ onStep: @escaping @Sendable (StepReport) -> Void
    ) async throws -> RunProgress {
        guard let grader else {
            throw TrainingError.unsupported("Learning from rewards needs a grader.")
        }
        let objective = PolicyObjective(
            language, adapter: adapter, grader: grader, options: options)
        func questions(_ path: String) throws -> [PromptRow] {
            try file(path).rows(PromptRow.self) {
                try encoder.questions(
                    $0, answerTokens: options.maxTokens, needsAnswer: grader.needsAnswer)
            }
        }
        return try await train(
            objective, language, adapter, onStep, observers: [FailedJudgements(objective)],
            rows: questions(settings.data), evaluation: settings.evaluation.map(questions) ?? [],
            prompts: { try language.encode($0.question) })
    }

    /// Puts a system prompt into the weights, on the model's own answers without it.
    func distil(
        _ options: DistillationObjective.Options, _ language: LanguageModel, _ adapter: LoRA,
        _ encoder: RowEncoder, _ onStep: @escaping @Sendable (StepReport) -> Void
    ) async throws -> RunProgress {
        func questions(_ path: String) throws -> [PromptRow] {
            try file(path).rows(PromptRow.self) {
                try encoder.questions(
                    $0, system: options.system, answerTokens: options.maxTokens)
            }
        }
        return try await train(
            DistillationObjective(language, adapter: adapter, options: options), language, adapter,
            onStep, rows: questions(settings.data),
            evaluation: settings.evaluation.map(questions) ?? [],
            prompts: { try language.encode($0.question) })
    }

    /// Puts a system prompt into the weights by answers that were given with it.
    ///
    /// The answers are `OUT/answers.jsonl`; a run that goes on finds them there.
    func distil(
        _ teacher: PromptedAnswers, _ language: LanguageModel, _ adapter: LoRA?,
        _ encoder: RowEncoder, _ onStep: @escaping @Sendable (StepReport) -> Void
    ) async throws -> RunProgress {
        func questions(_ path: String) throws -> [PromptRow] {
            try file(path).rows(PromptRow.self) {
                try encoder.questions(
                    $0, system: teacher.system, answerTokens: teacher.maxTokens)
            }
        }
        // All rows are checked before anything is written.
        let data = try questions(settings.data)
        let evaluation = try settings.evaluation.map(questions)
        let folder = try RunFolder(path: out, configuration: settings)
        func rows(_ questions: [PromptRow], _ name: String) throws -> [Example] {
            let path = out + "/" + name
            if !FileManager.default.fileExists(atPath: path) {
                let draw = { try teacher.write(language, questions, to: path) }
                // An adapter to start from is the student's; the teacher has none.
                if let adapter { try adapter.whileOff(draw) } else { try draw() }
            }
            // Two answers to one question may be the same words.
            return try TrainingFile(path: path, allowsDuplicates: true)
                .rows(SupervisedRow.self, encode: encoder.examples)
        }
        return try await train(
            SupervisedObjective(language.model), language, adapter, onStep, folder: folder,
            rows: rows(data, "answers.jsonl"),
            evaluation: evaluation.map { try rows($0, "eval-answers.jsonl") } ?? [],
            prompts: { $0.prompt })
    }
}

extension RowEncoder {
    /// Makes sure that a row can be asked, and leaves room for an answer.
    /// - Parameters:
    ///   - row: The question.
    ///   - system: What a teacher is told besides.
    ///   - answerTokens: The most tokens of an answer.
    ///   - needsAnswer: Whether the row must hold the right answer.
    /// - Returns: The row; none when it is left out as too long.
    /// - Throws: `RowError`.
    func questions(
        _ row: PromptRow, system: String? = nil, answerTokens: Int, needsAnswer: Bool = false
    ) throws -> [PromptRow] {
        if needsAnswer, row.answer == nil {
            throw RowError(
                field: "answer", reason: "the grader compares with it, and it is missing.")
        }
        if system != nil, case .text = row.prompt {
            throw RowError(
                field: row.field, reason: "a system prompt needs messages; plain text has none.")
        }
        let tokens = try count(row.question.withSystem(system), field: row.field)
        guard answerTokens > maxLength - tokens else { return [row] }
        if overlength == .drop { return [] }
        throw RowError(
            field: row.field,
            reason:
                "it has \(tokens) tokens, which leaves no room for an answer of \(answerTokens) "
                + "within \(maxLength). Shorten it, or have long rows dropped.")
    }
}

/// Adds to the metrics how many answers of a step could not be judged.
private final class FailedJudgements: TrainingObserver {
    private let objective: PolicyObjective
    private var before = 0

    init(_ objective: PolicyObjective) {
        self.objective = objective
    }

    func didStep(_ report: inout StepReport) -> Bool {
        report.metrics["judgements/failed"] = Double(objective.failedJudgements - before)
        before = objective.failedJudgements
        return true
    }
}
