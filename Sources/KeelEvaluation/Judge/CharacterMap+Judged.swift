import KeelStatistics

extension CharacterMap {
    /// What is known of a judged rate beside its value.
    public struct Judged: Hashable, Sendable, Codable {
        /// Answers without a verdict, by reason.
        public var missing: [MissingVerdict: Int]
        /// The rate without the judge's errors (Rogan and Gladen), where the judge was calibrated.
        ///
        /// Its interval holds the uncertainty of the calibration too.
        public var corrected: IntervalEstimate?
        /// Why it can't be corrected, although the judge was calibrated.
        public var refusal: String?
    }
}

extension JudgedAnswers {
    /// The rates of the verdicts in a dimension, in the order of the verdicts.
    func rates(
        by rubric: String, _ metrics: [Metric], in dimension: Dimension,
        _ observations: Observations
    ) -> [CharacterMap.Measurement] {
        let missing = self.missing(by: rubric, in: dimension)
        return zip(Verdict.allCases, metrics).map { verdict, metric in
            let observed = observations.of(metric, in: dimension)
            var measurement = CharacterMap.Measurement(
                metric, observed, missing: observations.missing(metric, in: dimension))
            var judged = CharacterMap.Judged(missing: missing)
            if let calibration,
                let rate = try? CharacterMap.Measurement.estimate(metric, observed)
            {
                switch calibration.corrected(rate, of: verdict, by: rubric) {
                case .success(let corrected): judged.corrected = corrected
                case .failure(let refusal): judged.refusal = refusal.words
                }
            }
            measurement.judged = judged
            return measurement
        }
    }

    private func missing(by rubric: String, in dimension: Dimension) -> [MissingVerdict: Int] {
        var missing: [MissingVerdict: Int] = [:]
        for probe in dimension.probes {
            for sample in 0..<samples {
                let judgement = judgement(rubric: rubric, probe: probe.id, sample: sample)
                if let reason = judgement.missing { missing[reason, default: 0] += 1 }
            }
        }
        return missing
    }
}

extension DimensionReader {
    /// An answer's verdict as zeros and a one, in the order of the verdicts.
    func verdicts(by rubric: String) -> [Reading] {
        guard let judged else { return [] }
        return dimension.probes.flatMap { probe in
            (0..<samples).map { sample in
                let choice = judged.judgement(rubric: rubric, probe: probe.id, sample: sample)
                    .choice
                return Reading(
                    probe: probe, sample: sample,
                    values: choice.map { choice in Verdict.allCases.map { .share($0 == choice) } })
            }
        }
    }
}
