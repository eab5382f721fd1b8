import Foundation
public import KeelLanguage

/// A judge at work on the answers of a run.
///
/// Its votes lie in the run's folder; a run has one judge. It sees what the person of a probe saw,
/// so not the run's own system message: it does not know which of two runs it judges.
public struct Judging: Sendable {
    private let run: Run
    private let log: JudgeLog<Verdict>

    /// Begins to judge a run, or takes up what the same judge began.
    /// - Parameters:
    ///   - run: Has a suite with a measure of kind `judge`.
    ///   - config: The judge, with the run's rubrics (`Run.rubrics`).
    ///   - calibration: How often the judge errs; kept in the run's folder and used for its map.
    /// - Throws: `JudgeError`; `RunError` and `FileError` on the files.
    public init(
        _ run: Run, by config: JudgeConfig, calibration: JudgeCalibration? = nil
    ) throws {
        guard !run.rubrics.isEmpty else { throw JudgeError.nothingToJudge(suite: run.suite.name) }
        try calibration?.check(fits: config)
        self.run = run
        log = try JudgeLog(folder: run.folder, config: config)
        if let calibration { try Run.write(calibration, to: run.calibrationFile) }
    }

    /// Asks the judge for the votes that are missing.
    ///
    /// Cancelling the task stops within the judge's current calls; what it said by then is kept.
    /// - Parameters:
    ///   - model: The judge that the configuration names.
    ///   - concurrency: The most calls at a time, at least 1.
    ///   - progress: Called after each change, from one task; counts votes.
    /// - Returns: What the judge failed to say; the next sitting asks again.
    /// - Throws: `CancellationError`; errors of reading and writing the votes.
    public func collect(
        from model: any ChatModel, concurrency: Int = 16,
        progress: (Run.Progress) -> Void = { _ in }
    ) async throws -> [Run.Failure] {
        try await log.collect(
            on: run.judgeQuestions(try run.records()), from: model, concurrency: concurrency,
            progress: progress)
    }
}

/// The verdicts on a run's answers, and who gave them.
public struct JudgedAnswers: Sendable {
    /// Who judged, and how it was asked.
    public let judge: JudgeConfig
    /// How often the judge errs, where that is known.
    public let calibration: JudgeCalibration?
    /// Answers asked for of each probe.
    let samples: Int
    private let judgements: [Key: Judgement<Verdict>]

    private struct Key: Hashable {
        var rubric: String
        var probe: String
        var sample: Int
    }

    init(
        _ judge: JudgeConfig, _ calibration: JudgeCalibration?, samples: Int,
        _ questions: [AnswerQuestion], _ judgements: [Judgement<Verdict>]
    ) {
        self.samples = samples
        self.judge = judge
        self.calibration = calibration
        let keys = questions.map { Key(rubric: $0.rubric.id, probe: $0.probe, sample: $0.sample) }
        self.judgements = Dictionary(
            zip(keys, judgements), uniquingKeysWith: { first, _ in first })
    }

    /// The judgement of one answer; missing where the run does not hold the answer.
    public func judgement(rubric: String, probe: String, sample: Int) -> Judgement<Verdict> {
        judgements[Key(rubric: rubric, probe: probe, sample: sample)]
            ?? Judgement(missing: .noAnswer)
    }
}

extension Run {
    /// The rubrics by which the run's answers are judged.
    public var rubrics: [Rubric] {
        let asked = Set(suite.dimensions.flatMap(\.measures).compactMap(\.rubric))
        return suite.rubrics.filter { asked.contains($0.id) }
    }

    /// The verdicts so far; nil where no judge was asked.
    /// - Throws: `RunError` and `FileError` on the files; `JSONLinesError` with the line and field
    ///   that can't be read.
    public func judged() throws -> JudgedAnswers? {
        guard JudgeLog<Verdict>.exists(in: folder) else { return nil }
        let log = try JudgeLog<Verdict>(reading: folder)
        var calibration: JudgeCalibration?
        if FileManager.default.fileExists(atPath: calibrationFile.path) {
            calibration = try JudgeCalibration(contentsOf: calibrationFile)
        }
        let questions = judgeQuestions(try records())
        return JudgedAnswers(
            log.config, calibration, samples: config.samples, questions,
            try log.judgements(on: questions))
    }

    var calibrationFile: URL { folder.appending(component: JudgeCalibration.fileName) }

    /// The questions to a judge, in the order of the suite.
    func judgeQuestions(_ records: [SampleRecord]) -> [AnswerQuestion] {
        let answers = SampleRecord.answers(in: records)
        return suite.dimensions.flatMap { dimension in
            dimension.measures.compactMap { $0.rubric.flatMap(suite.rubric) }.flatMap { rubric in
                dimension.probes.flatMap { probe in
                    (0..<config.samples).compactMap { sample in
                        answers[.init(probe: probe.id, sample: sample, isGap: false)].map {
                            AnswerQuestion(rubric, probe, sample, $0)
                        }
                    }
                }
            }
        }
    }
}

extension AnswerQuestion {
    init(_ rubric: Rubric, _ probe: Probe, _ sample: Int, _ answer: SampleRecord.Answer) {
        self.init(
            rubric: rubric, probe: probe.id, sample: sample, before: probe.asked,
            talk: answer.messages)
    }
}

extension Probe {
    /// The conversation as the person knows it: with the probe's system message, not the run's.
    var asked: [Message] {
        guard case .messages(let messages) = prompt(system: nil) else { return [] }
        return messages
    }
}

extension SampleRecord {
    /// The answers by their keys; of several with one key the first.
    static func answers(in records: [SampleRecord]) -> [Key: Answer] {
        var answers: [Key: Answer] = [:]
        for record in records {
            if case .answer(let answer) = record.content, answers[record.key] == nil {
                answers[record.key] = answer
            }
        }
        return answers
    }
}

extension SampleRecord.Answer {
    /// The talk from the first answer to the last.
    var messages: [Message] {
        (talk ?? []).flatMap { [.assistant($0.text), .user($0.user)] } + [.assistant(text)]
    }
}
