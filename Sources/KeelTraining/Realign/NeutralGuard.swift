import KeelFormats
import KeelModel

/// Keeps mending from costing more than it gives: the log-probability of neutral texts may not worsen by
/// more than a share.
///
/// It is held against what it was before the first step, every so many steps. Each reading is a line of
/// `neutral.jsonl`; the last adapter within the limit is in `accepted`.
final class NeutralGuard: TrainingObserver {
    /// One look.
    struct Line: Hashable, StepLine {
        var step: Int
        /// Mean log-probability of the texts' tokens, in nats.
        var logprob: Double
        /// How much of it has gone: `(before - now) / |before|`.
        var worse: Double
        var isWithinLimit: Bool
    }

    private let model: Transformer
    private let adapter: LoRA
    private let texts: [Example]
    private let settings: Realignment.Settings
    private let out: String
    private var before: Double?

    init(
        _ texts: [Example], _ settings: Realignment.Settings, model: Transformer, adapter: LoRA,
        out: String
    ) {
        self.texts = texts
        self.settings = settings
        self.model = model
        self.adapter = adapter
        self.out = out
    }

    func willTrain(from step: Int) throws {
        guard step == 0 else { return }
        try Self.file(in: out).forget(after: -1)
        let now = try logprob()
        before = now
        try keep(Line(step: 0, logprob: now, worse: 0, isWithinLimit: true))
    }

    func didStep(_ report: inout StepReport) throws -> Bool {
        guard report.isDue(every: settings.checkEvery), let before else { return true }
        let now = try logprob()
        let worse = (before - now) / max(abs(before), .leastNormalMagnitude)
        let isWithin = worse <= settings.limit
        report.metrics["neutral"] = now
        report.metrics["neutral/worse"] = worse
        try keep(Line(step: report.step, logprob: now, worse: worse, isWithinLimit: isWithin))
        if isWithin { return true }
        if settings.onLimit == .stop { return false }
        report.rateFactor /= 2
        report.metrics["rate_factor"] = report.rateFactor
        return true
    }

    private func logprob() throws -> Double {
        var sum = 0.0
        let count = texts.reduce(0) { $0 + $1.targetCount }
        for part in texts.parts(maxCount: .max, maxSize: 4096, size: \.tokens.count) {
            for (mean, text) in zip(try model.meanLogProbabilities(part), part) {
                sum += mean * Double(text.targetCount)
            }
        }
        return sum / Double(max(1, count))
    }

    private func keep(_ line: Line) throws {
        if line.isWithinLimit { try adapter.write(to: out + "/accepted") }
        try JSONLinesWriter(path: out + "/neutral.jsonl").append(line)
    }

    var saved: [String: [Double]] { before.map { ["neutral": [$0]] } ?? [:] }

    func restore(_ saved: [String: [Double]], step: Int) throws {
        guard let value = saved["neutral"]?.first else {
            throw TrainingError.checkpoint(
                path: out, reason: "it does not say how probable neutral texts were before")
        }
        before = value
        try Self.file(in: out).forget(after: step)
    }

    /// The looks of a run, in order.
    static func lines(of folder: String) throws -> [Line] {
        try file(in: folder).read()
    }

    private static func file(in folder: String) -> StepLines<Line> {
        StepLines(path: folder + "/neutral.jsonl")
    }
}
