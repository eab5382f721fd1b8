import KeelEvaluation
import KeelReport

extension CharacterMap.DimensionMap {
    /// What is to be said about judged rates beside their numbers; nothing where there are none.
    var judgedRemarks: [Block] {
        let judged = measurements.compactMap { measurement in
            measurement.judged.map { (measurement, $0) }
        }
        return judged.flatMap { measurement, judged -> [Block] in
            var remarks: [String] = []
            if measurement.metric.isPrimary, !judged.missing.isEmpty {
                remarks.append(
                    "\(measurement.missing) without a verdict"
                        + "\(JudgedSummary.reasons(judged.missing)).")
            }
            if let corrected = judged.corrected {
                remarks.append(
                    "Without the judge's errors: \(JudgedSummary.text(corrected)), the "
                        + "uncertainty of the calibration included.")
            }
            if let refusal = judged.refusal { remarks.append(refusal) }
            guard !remarks.isEmpty else { return [] }
            let sentence = ([measurement.metric.title + ":"] + remarks).joined(separator: " ")
            return [.paragraph(Prose(sentence))]
        }
    }
}
