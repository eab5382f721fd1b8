/// How well stated probabilities agree with what happened.
public enum Calibration {
    /// The mean squared distance of probabilities from outcomes; 0 is perfect, 0.25 is a coin.
    /// - Throws: `StatisticsError.empty`, `.lengthsDiffer`, or `.outOfRange` for a probability.
    public static func brierScore(
        probabilities: [Double], outcomes: [Bool]
    ) throws(StatisticsError) -> Double {
        try validate(probabilities, outcomes)
        let sum = zip(probabilities, outcomes).reduce(0) { sum, pair in
            let miss = pair.0 - (pair.1 ? 1 : 0)
            return sum + miss * miss
        }
        return sum / Double(probabilities.count)
    }

    /// The mean distance of stated from observed frequency over equally wide bins of probability.
    ///
    /// Bins are weighted by their share of items (Guo et al. 2017, eq. 3); few items in many bins
    /// inflate it.
    /// - Throws: As `brierScore`; `.outOfRange` unless there are 1 to 1000 bins.
    public static func expectedCalibrationError(
        probabilities: [Double], outcomes: [Bool], bins: Int = 10
    ) throws(StatisticsError) -> Double {
        try validate(probabilities, outcomes)
        guard (1...1000).contains(bins) else {
            throw .outOfRange(
                name: "number of bins", value: Double(bins), expected: "from 1 to 1000")
        }
        var gaps = [Double](repeating: 0, count: bins)
        for (probability, outcome) in zip(probabilities, outcomes) {
            let bin = min(bins - 1, Int(probability * Double(bins)))
            gaps[bin] += probability - (outcome ? 1 : 0)
        }
        return gaps.reduce(0) { $0 + abs($1) } / Double(probabilities.count)
    }

    private static func validate(
        _ probabilities: [Double], _ outcomes: [Bool]
    ) throws(StatisticsError) {
        try requireSameCount(probabilities.count, "probabilities", outcomes.count, "outcomes")
        for (index, value) in probabilities.enumerated() where !(value >= 0 && value <= 1) {
            throw .outOfRange(
                name: "probability at index \(index)", value: value, expected: "from 0 to 1")
        }
    }
}
