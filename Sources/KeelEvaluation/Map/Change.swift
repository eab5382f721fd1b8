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

        package var isFound: Bool {
            switch self {
            case .better, .worse, .higher, .lower: true
            case .identical, .noWorse, .noDifference, .notEnoughData: false
            }
        }
    }

    /// What a p-value is about.
    public enum Test: String, Hashable, Sendable, Codable {
        /// Answers are relabelled: do these probes get other answers?
        case answers
        /// Clusters of probes vary: do probes like these change?
        case probes
    }

    /// Id of the dimension.
    public var dimension: String
    /// The dimension's title.
    public var title: String
    /// What was compared, and in which unit.
    public var metric: Metric
    /// The baseline's value in the metric's unit; nil where nothing could be read.
    public var baseline: Double?
    /// The candidate's value in the metric's unit; nil where nothing could be read.
    public var candidate: Double?
    /// The candidate's value less the baseline's, on the probes that both have.
    public var difference: Double?
    /// The clustered 95 % interval of the difference on probes like these, not adjusted.
    public var interval: ClosedRange<Double>?
    /// Of the test, not adjusted; nil where nothing was tested.
    public var pValue: Double?
    /// By Holm's method, over the targets or over all else; nil where nothing was tested.
    public var adjustedPValue: Double?
    /// Nil where nothing was tested.
    public var test: Test?
    /// What it comes to.
    public var verdict: Verdict
    /// The change that the test, adjusted for all of the comparison, would find in data like these
    /// four times in five.
    public var detectable: Double?
    /// With `notEnoughData`: so many more samples a probe, in both runs, would tell.
    ///
    /// Nil where no number would.
    public var samplesNeeded: Int?
    /// With `notEnoughData`: so many more probes like these would tell.
    public var probesNeeded: Int?
    /// Probes that both runs have readings of.
    public var probes: Int
    /// Clusters of these, which the interval is clustered by.
    public var clusters: Int

    /// The verdict in words.
    public var sentence: String {
        let subject = "\(title), \(metric.title) (\(metric.unit))"
        guard let baseline, let candidate, let difference else {
            return "\(subject): not enough data, since the runs share no readings."
        }
        let sign = metric.scale == .share ? "%" : ""
        let values = "\(text(baseline))\(sign) → \(text(candidate))\(sign)"
        let range =
            interval.map { " [\(text($0.lowerBound)), \(text($0.upperBound))]" } ?? ""
        return "\(subject): \(words). \(values), difference \(text(difference))\(points)\(range)."
    }

    /// Whether a change was found on the asked probes alone, and others like them may not change.
    public var isOpenElsewhere: Bool {
        verdict.isFound && test == .answers && interval?.contains(0) != false
    }

    private var words: String {
        let scope = isOpenElsewhere ? " on these probes, open on others like them" : ""
        return switch verdict {
        case .identical: "identical"
        case .better, .worse, .higher, .lower: verdict.rawValue + scope
        case .noWorse: "no worse than the margin"
        case .noDifference:
            detectable.map { "no difference found, where one of \(text($0))\(points) would show" }
                ?? "no difference found"
        case .notEnoughData: "not enough data: \(need)"
        }
    }

    private var need: String {
        switch (samplesNeeded, probesNeeded) {
        case (let samples?, let probes?):
            "\(samples) more \(samples == 1 ? "sample" : "samples") a probe would tell, or "
                + "\(probes) more probes like these"
        case (nil, let probes?) where test == .answers:
            "no number of samples on these probes would tell, but \(probes) more probes like "
                + "these would"
        case (nil, let probes?): "\(probes) more probes like these would tell"
        case (_, nil): "\(probes) probes in \(clusters) clusters"
        }
    }

    private var points: String { metric.scale == .share ? " points" : "" }

    /// Three decimals; of a share, per cent with one.
    private func text(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        guard metric.scale == .share else { return "\(rounded == 0 ? 0 : rounded)" }
        return "\(rounded == 0 ? 0 : (rounded * 1000).rounded() / 10)"
    }
}
