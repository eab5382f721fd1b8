/// How one metric of one dimension differs between two runs.
public struct Change: Hashable, Sendable, Codable {
    /// What was found; changes are found by the adjusted p-value, at 5 %.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// Every reading is the same, gaps up to rounding (1e-4 nats per token).
        case identical
        case better, worse
        /// Found, where no direction is declared good.
        case higher, lower
        /// No change for the worse beyond the margin (one-sided, at 5 %, not adjusted).
        case noWorse
        case noDifference
        /// Too few readings to test, or to tell whether the margin is kept.
        case notEnoughData

        var isFound: Bool {
            switch self {
            case .better, .worse, .higher, .lower: true
            case .identical, .noWorse, .noDifference, .notEnoughData: false
            }
        }
    }

    public var dimension: String
    /// The dimension's title.
    public var title: String
    public var metric: Metric
    public var baseline: Double?
    public var candidate: Double?
    /// The candidate's value less the baseline's, on the probes that both have.
    public var difference: Double?
    /// The clustered 95 % interval of the difference, not adjusted.
    public var interval: ClosedRange<Double>?
    public var pValue: Double?
    public var adjustedPValue: Double?
    public var verdict: Verdict
    /// The change that a test of this metric alone would find in data like these, four times in
    /// five.
    public var detectable: Double?
    /// With `notEnoughData`: so many more probes like these would tell.
    public var probesNeeded: Int?
    public var probes: Int
    public var clusters: Int

    /// The verdict in words.
    public var sentence: String {
        let subject = "\(title), \(metric.title) (\(metric.unit))"
        guard let baseline, let candidate, let difference else {
            return "\(subject): not enough data, since the runs share no readings."
        }
        let values = "\(Self.text(baseline)) → \(Self.text(candidate))"
        let range =
            interval.map {
                ", difference \(Self.text(difference)) "
                    + "[\(Self.text($0.lowerBound)), \(Self.text($0.upperBound))]"
            } ?? ", difference \(Self.text(difference))"
        return "\(subject): \(words). \(values)\(range)."
    }

    private var words: String {
        switch verdict {
        case .identical: "identical"
        case .better: "better"
        case .worse: "worse"
        case .higher: "higher"
        case .lower: "lower"
        case .noWorse: "no worse than the margin"
        case .noDifference:
            detectable.map { "no difference found, where one of \(Self.text($0)) would show" }
                ?? "no difference found"
        case .notEnoughData:
            probesNeeded.map { "not enough data: \($0) more probes like these would tell" }
                ?? "not enough data: \(probes) probes in \(clusters) clusters"
        }
    }

    private static func text(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        return "\(rounded == 0 ? 0 : rounded)"
    }
}
