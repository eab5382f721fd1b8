internal import KeelStatistics

/// How the rate of complaints before a day compares with that from the day on.
public struct ComplaintRate: Hashable, Sendable {
    /// Answers, and those that were complained of.
    public struct Count: Hashable, Sendable {
        /// Those that could be complained of.
        public var answers: Int
        /// Answers that were complained of, at most `answers`.
        public var complaints: Int

        public init(answers: Int, complaints: Int) {
            self.answers = answers
            self.complaints = complaints
        }
    }

    /// Before the day.
    public var before: Count
    /// From the day on.
    public var after: Count
    /// How often chance alone gives a difference at least as improbable (Fisher's exact test).
    public var pValue: Double

    /// - Throws: `StatisticsError` where either side has no answer, or more complaints than answers.
    public init(before: Count, after: Count) throws {
        self.before = before
        self.after = after
        pValue = try FisherExactTest(
            events: (before.complaints, after.complaints), sizes: (before.answers, after.answers)
        ).pValue
    }

    /// Whether the difference is more than chance would make in one comparison of twenty.
    public var hasChanged: Bool { pValue < 0.05 }

    /// The finding in a sentence.
    public var sentence: String {
        func share(_ count: Count) -> String {
            let percent = 100 * Double(count.complaints) / Double(count.answers)
            return
                "\(count.complaints) of \(count.answers) answers (\((percent * 10).rounded() / 10) %)"
        }
        let difference =
            Double(after.complaints) / Double(after.answers)
            - Double(before.complaints) / Double(before.answers)
        let verdict =
            !hasChanged
            ? "Nothing changed that chance would not do as well"
            : difference > 0 ? "There are more complaints" : "There are fewer complaints"
        let shown = (pValue * 10_000).rounded() / 10_000
        return "\(verdict): \(share(before)) before, \(share(after)) after; p = \(shown)."
    }
}
