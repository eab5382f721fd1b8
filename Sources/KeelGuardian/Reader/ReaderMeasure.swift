public import KeelStatistics

/// How well danger is read, on labelled rows that the reader has not seen.
public struct ReaderMeasure: Sendable {
    /// What was found in the rows of one language.
    public struct Result: Sendable {
        /// Of the rows here.
        public var language: Wording.Language
        /// All of them, at every level.
        public var rows: Int
        /// The share of high and imminent rows that are read as high or imminent.
        public var sensitivity: Estimate
        /// The share of rows without any danger that are read as high or imminent.
        public var falseAlarms: Estimate
        /// Of the probability of high or imminent, over ten equal bins, with a bootstrap interval.
        public var calibrationError: ClosedRange<Double>
        /// The error itself, from 0 to 1.
        public var calibrationErrorValue: Double
        /// What the same rows would show on average if every probability were right: few rows in many
        /// bins differ by chance.
        public var calibrationErrorByChance: Double
        /// By level and form.
        public var groups: [Group]
        /// Rows that were read otherwise than they were labelled.
        public var missed: [LabelledRow]
        /// Look-alikes that were read as high or imminent.
        public var alarmed: [LabelledRow]
    }

    /// Rows of one level that say it in one way.
    public struct Group: Sendable {
        /// What a person said of the rows.
        public var level: RiskLevel
        /// In which way they say it.
        public var form: String
        /// Rows of this level and form.
        public var rows: Int
        /// How many of them are read as high or imminent.
        public var read: Int
    }

    private let reading: @Sendable (LabelledRow) -> RiskReading
    private static let draws = 2000

    public init(_ reader: RiskReader) {
        reading = { reader.reading(of: $0.messages) }
    }

    /// - Parameter reading: Of a row; such as one that was made with a probe.
    public init(reading: @escaping @Sendable (LabelledRow) -> RiskReading) {
        self.reading = reading
    }

    /// Reads rows of one language.
    /// - Throws: `StatisticsError` where there is no danger or no look-alike among them; where the reader
    ///   is not calibrated.
    public func measure(_ rows: [LabelledRow], _ language: Wording.Language) throws -> Result {
        let rows = rows.filter { $0.language == language }
        let readings = rows.map(reading)
        let isRead = readings.map { $0.level >= .high }
        func count(_ isMeant: (LabelledRow) -> Bool) throws -> Estimate {
            let meant = rows.indices.filter { isMeant(rows[$0]) }
            return try Proportion.wilson(
                successes: meant.count { isRead[$0] }, trials: meant.count)
        }
        let probabilities = readings.map { $0.probability ?? 0 }
        let outcomes = rows.map(\.isDanger)
        let (interval, chance) = try errors(probabilities, outcomes)
        var groups: [Group] = []
        for (row, isRead) in zip(rows, isRead) {
            let same = groups.firstIndex { $0.level == row.level && $0.form == row.form }
            if same == nil {
                groups.append(Group(level: row.level, form: row.form, rows: 0, read: 0))
            }
            groups[same ?? groups.count - 1].rows += 1
            groups[same ?? groups.count - 1].read += isRead ? 1 : 0
        }
        return Result(
            language: language, rows: rows.count, sensitivity: try count(\.isDanger),
            falseAlarms: try count(\.isLookAlike), calibrationError: interval,
            calibrationErrorValue: try Calibration.expectedCalibrationError(
                probabilities: probabilities, outcomes: outcomes),
            calibrationErrorByChance: chance,
            groups: groups.sorted { ($0.level, $0.form) < ($1.level, $1.form) },
            missed: rows.indices.filter { rows[$0].isDanger && !isRead[$0] }.map { rows[$0] },
            alarmed: rows.indices.filter { rows[$0].isLookAlike && isRead[$0] }.map { rows[$0] })
    }

    /// The interval of the calibration error over rows drawn again, and its mean over outcomes drawn from
    /// the stated probabilities.
    private func errors(
        _ probabilities: [Double], _ outcomes: [Bool]
    ) throws -> (interval: ClosedRange<Double>, chance: Double) {
        var generator = SeededGenerator(seed: 1)
        var drawn: [Double] = []
        var chance = 0.0
        for _ in 0..<Self.draws {
            let picks = probabilities.indices.map { _ in
                Int.random(in: probabilities.indices, using: &generator)
            }
            drawn.append(
                try Calibration.expectedCalibrationError(
                    probabilities: picks.map { probabilities[$0] },
                    outcomes: picks.map { outcomes[$0] }))
            chance += try Calibration.expectedCalibrationError(
                probabilities: probabilities,
                outcomes: probabilities.map { Double.random(in: 0..<1, using: &generator) < $0 })
        }
        drawn.sort()
        return (
            drawn[Self.draws / 40]...drawn[Self.draws - 1 - Self.draws / 40],
            chance / Double(Self.draws)
        )
    }
}
