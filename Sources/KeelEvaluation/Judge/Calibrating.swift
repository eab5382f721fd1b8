public import Foundation
public import KeelLanguage

/// A judge at work on labelled answers.
///
/// Its votes lie in a folder with `calibration.json`. Labels may be changed and rows added: what was
/// asked is not asked again.
public struct Calibrating: Sendable {
    private let labels: JudgeLabels
    private let folder: URL
    private let config: JudgeConfig
    private let log: JudgeLog<Verdict>

    /// Begins a calibration in a folder, or takes up that of the same judge.
    /// - Throws: `JudgeError.otherJudge`; `RunError` and `FileError` on the files.
    public init(_ labels: JudgeLabels, of config: JudgeConfig, in folder: URL) throws {
        self.labels = labels
        self.folder = folder
        self.config = config
        log = try JudgeLog(folder: folder, config: config)
    }

    /// Asks the judge for the votes that are missing; as `Judging.collect`.
    /// - Throws: `CancellationError`; errors of reading and writing the votes.
    public func collect(
        from model: any ChatModel, concurrency: Int = 16,
        progress: (Run.Progress) -> Void = { _ in }
    ) async throws -> [Run.Failure] {
        try await log.collect(
            on: labels.questions, from: model, concurrency: concurrency, progress: progress)
    }

    /// The verdicts so far beside the labels, which it also writes to `calibration.json`.
    /// - Throws: Errors of reading the votes and writing the file.
    public func calibration() throws -> JudgeCalibration {
        let judgements = try log.judgements(on: labels.questions)
        let items = zip(zip(labels.questions, labels.labels), judgements).map { asked, judgement in
            JudgeCalibration.Item(
                rubric: asked.0.rubric.id, probe: asked.0.probe, sample: asked.0.sample,
                label: asked.1, verdict: judgement.choice, missing: judgement.missing)
        }
        let calibration = JudgeCalibration(judge: config, items: items)
        try Run.write(calibration, to: folder.appending(component: JudgeCalibration.fileName))
        return calibration
    }
}
