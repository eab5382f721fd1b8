import KeelFormats

/// Follows gaps between good and bad answers through a training run: before the first step, every so many
/// steps, and at the end.
///
/// Each reading is a line of `gaps.jsonl`, with a number for each row, so that what is said of it can have
/// an interval; the mean goes into the metrics as `gap/NAME`.
public final class GapCurve: TrainingObserver {
    /// One reading of one file of rows.
    public struct Line: Hashable, Sendable, Codable {
        /// Steps done; 0 is before the first.
        public var step: Int
        /// The file's name without its ending.
        public var name: String
        /// In nats per token, in the order of the rows.
        public var gaps: [Double]

        /// Of `gaps`, in nats per token; 0 without rows.
        public var mean: Double { gaps.reduce(0, +) / Double(max(1, gaps.count)) }
    }

    private let measures: [(name: String, measure: GapMeasure)]
    private let every: Int
    private let folder: String

    /// - Parameters:
    ///   - measures: Each with a name of its own.
    ///   - every: Steps between two readings.
    ///   - folder: The run's.
    public init(_ measures: [(name: String, measure: GapMeasure)], every: Int, folder: String) {
        self.measures = measures
        self.every = max(1, every)
        self.folder = folder
    }

    public func willTrain(from step: Int) throws {
        guard step == 0 else { return }
        try Self.file(in: folder).forget(after: -1)
        _ = try read(step: 0)
    }

    public func didStep(_ report: inout StepReport) throws -> Bool {
        guard report.isDue(every: every) else { return true }
        for line in try read(step: report.step) { report.metrics["gap/" + line.name] = line.mean }
        return true
    }

    private func read(step: Int) throws -> [Line] {
        let file = try JSONLinesWriter(path: folder + "/gaps.jsonl")
        return try measures.map { name, measure in
            let line = Line(step: step, name: name, gaps: try measure.gaps())
            try file.append(line)
            return line
        }
    }

    public func restore(_ saved: [String: [Double]], step: Int) throws {
        try Self.file(in: folder).forget(after: step)
    }

    /// The readings of a run, in order.
    /// - Throws: `JSONLinesError`, `FileError`.
    public static func lines(of folder: String) throws -> [Line] {
        try file(in: folder).read()
    }

    private static func file(in folder: String) -> StepLines<Line> {
        StepLines(path: folder + "/gaps.jsonl")
    }
}

extension GapCurve.Line: StepLine {}
