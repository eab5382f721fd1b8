import KeelEvaluation
import KeelLab
import KeelReport
import KeelTraining

/// A line of the table of what held and what did not.
struct TourFinding: Sendable {
    enum Verdict: String, Sendable {
        case held
        case open
        case opposite = "the opposite"
        /// Of one run beside one other, which is no test.
        case seen = "seen, once"
        case unseen = "not seen"
        case notDone = "not done"

        var tone: Prose.Tone {
            switch self {
            case .held: .good
            case .open, .seen, .unseen: .neutral
            case .opposite: .bad
            case .notDone: .unknown
            }
        }
    }

    var claim: String
    var control: String
    /// What was measured, with its interval where it has one.
    var effect: Estimate?
    var unit: Unit
    /// What the number is, or the finding in words.
    var measure: String
    var adjusted: Double?
    var verdict: Verdict
    /// The section that tells it.
    var anchor: String
}

extension TourResult {
    /// What held and what did not, in the order of the story.
    var findings: [TourFinding] {
        var findings = [chance].compactMap(\.self) + shaped + watched
        findings += claims.map(Self.finding)
        findings.append(mapped)
        return findings
    }

    private var chance: TourFinding? {
        // Where no answer is read, nothing can be found.
        guard let null, !null.metrics.isEmpty else { return nil }
        let rate = null.anything
        let verdict: TourFinding.Verdict =
            rate.high <= 0.05 ? .held : rate.low > 0.05 ? .opposite : .open
        return TourFinding(
            claim: "Chance alone is found in at most 5 % of comparisons",
            control: "the first map’s own answers, against each other",
            effect: Estimate(rate.value, low: rate.low, high: rate.high), unit: .percent,
            measure: "share of comparisons that find something", adjusted: nil, verdict: verdict,
            anchor: "map")
    }

    private var shaped: [TourFinding] {
        let shape = story.shape
        guard shape.adapter != nil else {
            return [
                TourFinding(
                    claim: "A small constitution shapes the model", control: "the map before",
                    effect: nil, unit: .plain,
                    measure: "\(shape.rows) rows, too few to train on", adjusted: nil,
                    verdict: .notDone, anchor: "shape")
            ]
        }
        return traits.map { trait in
            let tested = trait.changes.filter { $0.adjustedPValue != nil }
            let verdict: TourFinding.Verdict =
                tested.isEmpty
                ? .notDone : trait.against > 0 ? .opposite : trait.asWanted > 0 ? .held : .open
            // The surest of those that the verdict rests on stands for the trait; the page has all.
            let first = tested.filter {
                verdict == .held
                    ? $0.verdict == .better && !$0.isOpenElsewhere
                    : verdict != .opposite || $0.verdict == .worse
            }.min { $0.adjustedPValue ?? 1 < $1.adjustedPValue ?? 1 }
            return TourFinding(
                claim: "Shaping moved the trait “\(trait.id)” as its author wants",
                control: "the map before, paired by probe", effect: first?.estimate,
                unit: first?.metric.differenceUnit ?? .plain,
                measure: first.map { "\($0.title), \($0.metric.title)" }
                    ?? "no measure could be tested",
                adjusted: first?.adjustedPValue, verdict: verdict, anchor: "shape")
        }
    }

    private var watched: [TourFinding] {
        let calibration = story.limits.calibration
        return story.tune.bad.curves.map { curve in
            let alarm = story.tune.bad.alarms.first { $0.monitor == curve.monitor }
            let control = story.tune.good.alarms.first { $0.monitor == curve.monitor }
            let limit = calibration.limits.first { $0.settings.name == curve.monitor }
            func words(_ alarm: Int?) -> String { alarm.map { "at step \($0)" } ?? "none" }
            return TourFinding(
                claim: "The monitor “\(curve.monitor)” tells bad advice from right advice",
                control: "a copy trained as long on right answers",
                effect: limit.map {
                    Estimate(
                        $0.expectedRate, low: min($0.expectedRate, $0.interval.first ?? 0),
                        high: max($0.expectedRate, $0.interval.last ?? 1))
                }, unit: .percent,
                measure: "rate of false alarms; alarm on bad advice \(words(alarm?.step)), "
                    + "on right \(words(control?.step))",
                adjusted: nil, verdict: alarm != nil && control == nil ? .seen : .unseen,
                anchor: "watch")
        }
    }

    private static func finding(_ claim: LabClaim) -> TourFinding {
        let main = claim.needed.first?.effect
        let verdict: TourFinding.Verdict
        var measure = main.map { "g, \($0.measure.rawValue)" } ?? ""
        switch claim.verdict {
        case .held: verdict = .held
        case .open: verdict = .open
        case .opposite: verdict = .opposite
        case .notTested(let reason):
            verdict = .notDone
            measure = reason
        }
        return TourFinding(
            claim: claim.title, control: claim.control,
            effect: main.map { Estimate(interval: $0.interval) }, unit: LabReport.unit,
            measure: measure, adjusted: claim.adjusted, verdict: verdict,
            anchor: claim.number == 4 ? "inside" : claim.number > 4 ? "mend" : "tune")
    }

    /// Whether the last map is that of the shaped model again, as far as maps can tell.
    private var mapped: TourFinding {
        let found = mending.found
        let worse = found.filter { $0.verdict == .worse }
        let surest = (worse.isEmpty ? found : worse).min {
            $0.adjustedPValue ?? 1 < $1.adjustedPValue ?? 1
        }
        return TourFinding(
            claim: "After all of it, no measure of the map is worse than it was when shaped",
            control: "the map of the shaped model", effect: surest?.estimate,
            unit: surest?.metric.differenceUnit ?? .plain,
            measure: surest.map { "\($0.title), \($0.metric.title)" }
                ?? "no difference found, which does not show that there is none",
            adjusted: surest?.adjustedPValue, verdict: worse.isEmpty ? .open : .opposite,
            anchor: "again")
    }
}
