import KeelEvaluation
import KeelReport

/// A kind of measure as a chart of its own: the metrics that mean the same in every dimension.
///
/// Which panel a measure belongs to is decided in one place, by an exhaustive switch, so that no
/// measure can be forgotten.
enum Panel: Hashable, CaseIterable {
    case gaps, drifts, mirrors, rates, talks, judged, counters
    case mirroredWords, mirroredDistances, mirroredCounts, mirroredVerdicts
    case distances, repeats, lengths

    /// Where a measure's metrics are shown, in part or in whole.
    static func of(_ measure: Measure) -> [Panel] {
        switch measure.kind {
        case .gap: [.gaps]
        case .drift: [.drifts]
        case .rule: [.rates]
        case .talk: [.talks]
        case .judge: [.judged]
        case .counter: [.counters]
        case .variety: [.distances, .repeats]
        case .length: [.lengths]
        case .mirror:
            switch measure.quantity {
            case .words: [.mirroredWords]
            case .distance: [.mirroredDistances]
            case .counter: [.mirroredCounts]
            case .judge: [.mirroredVerdicts]
            case .gap, nil: [.mirrors]
            }
        }
    }

    /// The measure's metrics that are drawn, by their place among all it has, with their names.
    var series: [(metric: Int, name: String)] {
        switch self {
        case .rates, .judged: [(0, "Behaviour"), (1, "Opposite error")]
        case .talks: [(0, "Ends with the behaviour"), (1, "Opposite error in the talk")]
        case .repeats: [(1, title)]
        case .gaps: [(0, "Gap")]
        case .drifts: [(0, "Drift")]
        case .counters: [(0, "Count")]
        case .mirrors, .mirroredWords, .mirroredDistances, .mirroredCounts, .mirroredVerdicts:
            [(0, "Difference")]
        case .distances: [(0, "Distance")]
        case .lengths: [(0, "Words")]
        }
    }

    /// Whether rows stand under the name of their dimension, which has several of them.
    var groupsByDimension: Bool { self == .counters }

    var title: String {
        switch self {
        case .gaps: "Log-probability gaps"
        case .drifts: "Drift over a talk"
        case .mirrors: "Mirrored pairs"
        case .rates: "Rates in sampled answers"
        case .talks: "Talks of several turns"
        case .judged: "Rates by a judge"
        case .counters: "Set phrases in sampled answers"
        case .mirroredWords: "Length of answers in mirrored pairs"
        case .mirroredDistances: "Variety in mirrored pairs"
        case .mirroredCounts: "Set phrases in mirrored pairs"
        case .mirroredVerdicts: "A judge's verdicts in mirrored pairs"
        case .distances: "How far answers are from each other"
        case .repeats: "Runs of words that answers share"
        case .lengths: "Length of answers"
        }
    }

    var summary: String {
        switch self {
        case .gaps:
            """
            How much more probable, per token, the model finds written continuations that show the behaviour than \
            like ones that make the opposite error. No sampling is in it.
            """
        case .drifts:
            """
            The gap after the model's own talk less the gap before it: below zero, the talk wore the behaviour down.
            """
        case .mirrors:
            """
            The gap of one probe less that of its mirror image, such as the same request from the other side. \
            Zero is even.
            """
        case .rates:
            """
            How many answers hold a phrase of the behaviour, and how many one of the opposite error: a push against \
            one tends to buy the other.
            """
        case .talks:
            """
            How many talks end with the behaviour and without its opposite, and in how many the opposite shows at \
            any time.
            """
        case .judged:
            """
            How many answers a judge model finds to show the behaviour, the opposite error, or neither. Shares are \
            of the answers with a verdict.
            """
        case .counters:
            """
            How often an answer holds a phrase of a list. These answers are counted exactly; the lines say how often \
            it may be with other probes, so none found is not never.
            """
        case .mirroredWords, .mirroredDistances, .mirroredCounts:
            "What answers to one probe have less what those to its mirror image have. Zero is even."
        case .mirroredVerdicts:
            """
            The share of answers that a judge model finds to show the behaviour, less that of the mirror image. Zero \
            is even.
            """
        case .distances:
            """
            The cosine distance of an answer from the average of the probe's other answers, in counts of words: 0 \
            is the same words, 1 none in common.
            """
        case .repeats:
            "The share of an answer's runs of four words that another answer to the probe has too."
        case .lengths:
            "How many words an answer has. One that was cut off counts as far as it came."
        }
    }

    /// What the note at the right of a row of one run says.
    var legend: String {
        switch self {
        case .gaps: "At the right, how many probes lie above zero."
        case .drifts: "At the right, the gap before and after."
        case .mirrors: "At the right, the size of the difference, whichever its side."
        case .rates: "What no phrase recognises is noted at the right."
        case .talks:
            """
            At the right, the answers until the behaviour showed; never counts as one more than the longest talk has.
            """
        case .lengths: "At the right, how many answers came to an end."
        case .judged, .counters, .mirroredWords, .mirroredDistances, .mirroredCounts,
            .mirroredVerdicts, .distances, .repeats:
            ""
        }
    }

    var axis: Axis {
        switch self {
        case .gaps: Axis("← opposite error · gap · behaviour →", unit: .named("nats per token"))
        case .drifts: Axis("← worn down · drift · firmer →", unit: .named("nats per token"))
        case .mirrors: Axis("Difference of gaps", unit: .named("nats per token"))
        case .rates, .judged: Axis("Share of answers", unit: .percent, reach: 0...1)
        case .talks: Axis("Share of talks", unit: .percent, reach: 0...1)
        case .counters: Axis("Occurrences", unit: .named("per reply"), reach: 0...0.1)
        case .mirroredWords: Axis("Difference", unit: .named("words"))
        case .mirroredDistances: Axis("Difference", unit: .named("cosine distance"))
        case .mirroredCounts: Axis("Difference", unit: .named("per reply"))
        case .mirroredVerdicts: Axis("Difference of shares")
        case .distances: Axis("Cosine distance", reach: 0...1)
        case .repeats: Axis("Share of runs", unit: .percent, reach: 0...1)
        case .lengths: Axis("Length", unit: .named("words"), reach: 0...10)
        }
    }

    var reference: Reference? {
        switch self {
        case .gaps: Reference(0, label: "no preference")
        case .drifts: Reference(0, label: "no drift")
        case .mirrors, .mirroredWords, .mirroredDistances, .mirroredCounts, .mirroredVerdicts:
            Reference(0, label: "even")
        case .rates, .talks, .judged, .counters, .distances, .repeats, .lengths: nil
        }
    }

    /// A remark on a row of one map, from the measurements in the order of the measure's metrics.
    func note(_ all: [CharacterMap.Measurement?]) -> String {
        func value(_ index: Int) -> Double? {
            all.indices.contains(index) ? all[index]?.value : nil
        }
        func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }
        func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
        switch self {
        case .gaps:
            return value(1).map { "\(percent($0)) above 0" } ?? ""
        case .drifts:
            guard let drift = value(0), let after = value(1) else { return "" }
            return "\(text(after - drift)) → \(text(after))"
        case .mirrors: return value(1).map { "size \(text($0))" } ?? ""
        case .rates:
            return value(2).map { "\(percent($0)) neither" } ?? ""
        case .lengths: return value(1).map { "\(percent($0)) ended" } ?? ""
        case .talks: return value(2).map { "after \(text($0)) answers" } ?? ""
        case .counters:
            let missing = all.first??.missing ?? 0
            let rate = value(1).map { "\(Unit.plain.text($0)) per 1,000 tokens" } ?? ""
            return missing == 0 ? rate : "\(rate); \(missing) missing"
        case .judged, .mirroredWords, .mirroredDistances, .mirroredCounts, .mirroredVerdicts,
            .distances, .repeats:
            return ""
        }
    }
}
