import Foundation
import KeelEvaluation

/// What a judge found, as lines for a terminal.
struct JudgedSummary {
    var map: CharacterMap

    /// Prints the judged rates, a line each, and what is missing of them.
    func print() {
        var rows = [["dimension", "measure", "value", "95 % interval", "corrected", "missing"]]
        var refusals: [String] = []
        for dimension in map.dimensions {
            for measurement in dimension.measurements where measurement.metric.isPrimary {
                guard let judged = measurement.judged else { continue }
                rows.append([
                    dimension.title, measurement.metric.title,
                    measurement.value.map { String(format: "%.3f", $0) } ?? "none",
                    measurement.interval.map(Self.text) ?? "none",
                    judged.corrected.map(Self.text) ?? "none",
                    "\(measurement.missing)" + Self.reasons(judged.missing),
                ])
                if let refusal = judged.refusal {
                    refusals.append(
                        "\(dimension.title), \(measurement.metric.title): \(refusal)")
                }
            }
        }
        Terminal.printTable(rows)
        for refusal in refusals { Swift.print(refusal) }
    }

    /// A calibration in words and numbers.
    static func text(_ found: JudgeAgreement) -> String {
        let missing = found.missing.values.reduce(0, +)
        var lines = [
            "\(found.rubric): \(found.labelled) labelled answers, \(missing) without a verdict"
                + reasons(found.missing)
        ]
        lines += [
            ("agreement", found.agreement), ("Cohen's kappa", found.kappa), ("AC1", found.ac1),
        ]
        .map { "  \($0): \($1.map(text) ?? "none")" }
        if let constant = found.constantAgreement {
            lines.append(
                "  agreement of a judge that always gives the commonest label: "
                    + String(format: "%.3f", constant))
        }
        lines.append("  label: verdicts behaviour, opposite, neither")
        for (label, counts) in zip(Verdict.allCases, found.confusion) {
            lines.append("  \(label.rawValue): " + counts.map(String.init).joined(separator: ", "))
        }
        for one in found.verdicts {
            lines.append(
                "  \(one.verdict.rawValue): found where it is "
                    + "\(one.truePositiveRate.map(text) ?? "none"), not found where it is not "
                    + "\(one.trueNegativeRate.map(text) ?? "none")"
                    + (one.refusal.map { ". \($0)" } ?? ""))
        }
        return lines.joined(separator: "\n")
    }

    static func text(_ estimate: IntervalEstimate) -> String {
        String(format: "%.3f ", estimate.value) + text(estimate.interval)
    }

    private static func text(_ interval: ClosedRange<Double>) -> String {
        String(format: "[%.3f, %.3f]", interval.lowerBound, interval.upperBound)
    }

    /// Counts in brackets, in the order of the reasons; nothing where there are none.
    static func reasons(_ missing: [MissingVerdict: Int]) -> String {
        let parts = MissingVerdict.allCases.compactMap { reason in
            missing[reason].map { "\($0) \(reason.words)" }
        }
        return parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
    }
}
