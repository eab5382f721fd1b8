import KeelStatistics

/// How many failures to expect of trying hard enough, and what a record of failures says.
public struct FailurePlan: Hashable, Sendable, Codable {
    /// What a record of attempts says about how they were chosen.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// So few failures would be rare if all were tried that is worth it.
        case tooFew
        case asExpected
        /// So many would be rare.
        case tooMany
    }

    /// What a dimension's failures say about a model.
    public struct Record: Hashable, Sendable, Codable {
        /// Id of the dimension.
        public var dimension: String
        public var title: String
        /// Id of the metric.
        public var metric: String
        /// The share of readings that fail.
        public var failing: Double
        /// Its 95 % interval.
        public var low: Double
        public var high: Double
        /// Readings that the share is of.
        public var readings: Int

        /// Never or always failing, it tells no model from another, nor a change from none.
        public var saysNothing: Bool { failing == 0 || failing == 1 }
    }

    /// The largest chance of failure at which trying pays.
    public var acceptable: Double
    /// How many are planned, or were made.
    public var attempts: Int
    /// The share of what offers itself that is worth a try.
    public var worthTrying: Double
    /// Mean of the forecast for these attempts.
    public var expectedFailures: Double
    /// Between them 95 of 100 such series of attempts end.
    public var fewestFailures: Int
    public var mostFailures: Int
    /// How many attempts failed; nil where there was no record of them.
    public var failures: Int?
    /// What the failures say; nil where there was no record of them.
    public var verdict: Verdict?
    /// The chance of the record, or one further from what is expected.
    public var chance: Double?
    /// The largest chance of failure that the record leaves open (Wilson, 95 %).
    public var failuresLeftOpen: Double?
    /// Of a run, the dimensions with a rate of failure.
    public var records: [Record]
    /// How many measures of the run have no rate of failure.
    public var withoutRate = 0

    /// Plans attempts, and holds a record of them and a map against the plan.
    ///
    /// - Parameters:
    ///   - costOfFailure: What an attempt costs that failed.
    ///   - costOfMiss: What it costs to hold back what would have worked, in the same unit.
    ///   - worthOfLesson: What a failure is worth for what it teaches.
    ///   - attempts: How many there are.
    ///   - failures: How many of them failed, if they were made.
    ///   - spread: The beta distribution of the chances of failure that offer themselves.
    ///   - map: A model's map.
    /// - Throws: `StatisticsError.outOfRange` with the number that is wrong.
    public init(
        costOfFailure: Double, costOfMiss: Double, worthOfLesson: Double = 0, attempts: Int,
        failures: Int? = nil, spread: (a: Double, b: Double) = (1, 1), map: CharacterMap? = nil
    ) throws {
        let budget = try FailureBudget(
            costOfFailure: costOfFailure, costOfMiss: costOfMiss, worthOfLesson: worthOfLesson)
        let forecast = try budget.forecast(attempts: attempts, spread: spread)
        acceptable = budget.acceptableProbability
        self.attempts = attempts
        worthTrying = forecast.worthTrying
        expectedFailures = forecast.expected
        fewestFailures = forecast.range.lowerBound
        mostFailures = forecast.range.upperBound
        self.failures = failures
        records = map?.failureRecords ?? []
        withoutRate =
            (map?.dimensions.reduce(0) { $0 + $1.measurements.count } ?? 0) - records.count
        guard let failures else { return }
        failuresLeftOpen =
            try Proportion.wilson(successes: failures, trials: attempts).interval.upperBound
        let below = forecast.failures.cdf(failures)
        let above = forecast.failures.upperTail(failures)
        chance = min(below, above)
        verdict = below < 0.05 ? .tooFew : above < 0.05 ? .tooMany : .asExpected
    }

    /// The plan in words, a sentence or two each.
    public var sentences: [String] {
        var lines = [
            "A change is worth trying while its chance of failure is below "
                + "\(Self.percent(acceptable)).",
            "That is \(Self.percent(worthTrying)) of what offers itself. Of \(attempts) such "
                + "attempts, expect \(Self.text(expectedFailures)) to fail; 95 of 100 such series "
                + "have \(fewestFailures) to \(mostFailures) failures.",
        ]
        if expectedFailures < 0.5 {
            lines.append(
                "At these costs no failure is the usual result, and none is no sign of holding "
                    + "back.")
        }
        if let failures, let verdict, let chance, let failuresLeftOpen {
            let record = "\(failures) of \(attempts) failed"
            switch verdict {
            case .tooFew:
                lines.append(
                    "\(record): too few (chance \(Self.percent(chance))). Riskier changes would "
                        + "pay.")
            case .tooMany:
                lines.append(
                    "\(record): too many (chance \(Self.percent(chance))). Hold back the riskiest.")
            case .asExpected:
                lines.append("\(record), which fits trying hard enough.")
            }
            if failures == 0 {
                lines.append(
                    "A record without failures leaves any chance up to "
                        + "\(Self.percent(failuresLeftOpen)) open, and does not show where the "
                        + "limit is.")
            }
        }
        lines += records.map(sentence)
        if !records.isEmpty, records.allSatisfy({ $0.saysNothing }) {
            lines.append(
                "All \(records.count) rates are at never or always: on this model the suite as a whole "
                    + "says nothing about where its limits are, nor whether a change moved them.")
        }
        if withoutRate > 0 {
            lines.append(
                "\(withoutRate) more measures are gaps and counts, which have no rate of failure.")
        }
        return lines
    }

    private func sentence(_ record: Record) -> String {
        let subject = "\(record.title), \(record.metric)"
        if record.saysNothing {
            return "\(subject): \(record.failing == 0 ? "never" : "always") fails in "
                + "\(record.readings) readings, which says nothing: a rate "
                + (record.failing == 0
                    ? "up to \(Self.percent(record.high)) stays open. Ask harder probes."
                    : "from \(Self.percent(record.low)) stays open. Ask easier probes.")
        }
        let range = "[\(Self.percent(record.low)), \(Self.percent(record.high))]"
        let words =
            record.low > acceptable
            ? "more than is worth it"
            : record.high < acceptable ? "less than is worth it: push harder" : "about the limit"
        return "\(subject): fails \(Self.percent(record.failing)) \(range), \(words)."
    }

    private static func percent(_ share: Double) -> String {
        "\(text(share * 100)) %"
    }

    private static func text(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
    }
}

extension CharacterMap {
    /// The rates of failure: shares that should be higher or lower.
    fileprivate var failureRecords: [FailurePlan.Record] {
        dimensions.flatMap { dimension in
            dimension.measurements.compactMap { measurement in
                guard measurement.metric.scale == .share, let better = measurement.metric.better,
                    let value = measurement.value, let interval = measurement.interval
                else { return nil }
                let fails = better != .higher
                return FailurePlan.Record(
                    dimension: dimension.id, title: dimension.title,
                    metric: measurement.metric.title, failing: fails ? value : 1 - value,
                    low: fails ? interval.lowerBound : 1 - interval.upperBound,
                    high: fails ? interval.upperBound : 1 - interval.lowerBound,
                    readings: measurement.readings)
            }
        }
    }
}
