internal import KeelStatistics

/// A direction, a layer and a threshold found without one domain, and that domain to be told apart.
struct ScreenFold {
    private let domain: String
    private let layer: Int
    private let direction: [Float]
    /// Scores of validation rows of the other domains.
    private let calibration: (good: [Double], bad: [Double])
    /// One in twenty good rows of the calibration lies above.
    private let threshold: Double
    private let test: [RowFeatures]
    private let index: Int

    init(_ table: FeatureTable, heldOut domain: String) throws(LabError) {
        let others = table.rows.filter { $0.domain != domain }
        let train = others.filter { $0.split == .train }
        let validation = others.filter { $0.split == .validation }
        test = table.rows.filter { $0.domain == domain && $0.split == .test }
        var leading: (auroc: Double, index: Int, direction: [Float])?
        for index in table.layers.indices {
            guard let direction = Self.direction(train, index) else { continue }
            let scores = Self.scores(validation, direction, index)
            let auroc = Self.auroc(scores.bad, scores.good) ?? 0.5
            if auroc > leading?.auroc ?? -1 { leading = (auroc, index, direction) }
        }
        guard let best = leading, test.contains(where: \.isWrong),
            test.contains(where: { !$0.isWrong })
        else {
            throw .unsupported(
                "Screening \(domain) needs right and wrong rows of it, and of others to learn from."
            )
        }
        self.domain = domain
        index = best.index
        layer = table.layers[best.index]
        direction = best.direction
        calibration = Self.scores(validation, best.direction, best.index)
        let sorted = calibration.good.sorted()
        let place = min(sorted.count - 1, Int((0.95 * Double(sorted.count)).rounded(.up)))
        threshold = sorted.isEmpty ? .infinity : sorted[max(0, place)]
    }

    /// Whether a row of the held-out domain is taken for a wrong one.
    func isFlagged(_ row: RowFeatures) -> Bool {
        Self.score(row, direction, index) > threshold
    }

    /// The mean difference of wrong and right answers, either stance counting alike where both are
    /// there, `[C]` of length 1; nil where there is none.
    static func direction(_ rows: [RowFeatures], _ index: Int) -> [Float]? {
        var sum: [Double] = []
        for stance in Stance.allCases {
            let own = rows.filter { $0.stance == stance }
            guard let wrong = mean(own.filter(\.isWrong), index),
                let right = mean(own.filter { !$0.isWrong }, index)
            else { continue }
            let difference = zip(wrong, right).map { $0 - $1 }
            sum = sum.isEmpty ? difference : zip(sum, difference).map { $0 + $1 }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0, length.isFinite else { return nil }
        return sum.map { Float($0 / length) }
    }

    private static func mean(_ rows: [RowFeatures], _ index: Int) -> [Double]? {
        guard var sum = rows.first?.differences[index].map(Double.init) else { return nil }
        for row in rows.dropFirst() {
            for (place, value) in row.differences[index].enumerated() where place < sum.count {
                sum[place] += Double(value)
            }
        }
        return sum.map { $0 / Double(rows.count) }
    }

    static func score(_ row: RowFeatures, _ direction: [Float], _ index: Int) -> Double {
        zip(row.differences[index], direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    private static func scores(
        _ rows: [RowFeatures], _ direction: [Float], _ index: Int
    ) -> (good: [Double], bad: [Double]) {
        (
            rows.filter { !$0.isWrong }.map { score($0, direction, index) },
            rows.filter(\.isWrong).map { score($0, direction, index) }
        )
    }

    /// Nil with fewer than two of either.
    static func auroc(_ positive: [Double], _ negative: [Double]) -> Double? {
        (try? RankSeparation(positives: positive, negatives: negative))?.area.value
    }

    /// The direction in units of the median stream, with how it does on the held-out domain.
    func direction(of table: FeatureTable, _ measured: Screening.Domain) -> LabDirection {
        let length = Float(table.medianLengths[index])
        return LabDirection(
            layer: layer, vector: direction.map { $0 * length }, usual: measured.usual,
            reversed: measured.reversed)
    }

    /// Tells the held-out domain's rows apart.
    func measured(using random: inout SeededGenerator) -> Screening.Domain {
        let all = Self.scores(test, direction, index)
        func auroc(_ stance: Stance) -> Double? {
            let own = Self.scores(test.filter { $0.stance == stance }, direction, index)
            return Self.auroc(own.bad, own.good)
        }
        let surprises = (
            bad: test.filter(\.isWrong).compactMap(\.surprise),
            good: test.filter { !$0.isWrong }.compactMap(\.surprise)
        )
        func flagged(_ scores: [Double]) -> Double {
            Double(scores.count { $0 > threshold }) / Double(max(1, scores.count))
        }
        let shares = self.shares(all, using: &random)
        return Screening.Domain(
            domain: domain, layer: layer, auroc: Self.auroc(all.bad, all.good) ?? 0.5,
            usual: auroc(.usual), reversed: auroc(.reversed),
            surprise: Self.auroc(surprises.bad, surprises.good), falseAlarms: flagged(all.good),
            found: flagged(all.bad), share: shares.truth, estimated: shares.mean,
            shareError: shares.error)
    }

    /// Estimates of the share of bad rows in mixtures of the held-out domain: how far a mixture's mean
    /// score lies on the way from good to bad rows of the other domains.
    private func shares(
        _ scores: (good: [Double], bad: [Double]), using random: inout SeededGenerator
    ) -> (truth: Double, mean: Double, error: Double) {
        func mean(_ values: [Double]) -> Double {
            values.reduce(0, +) / Double(max(1, values.count))
        }
        let (good, bad) = (mean(calibration.good), mean(calibration.bad))
        let total = scores.good.count
        let wrong = max(1, Int((Screening.mixed * Double(total)).rounded()))
        let truth = Double(wrong) / Double(max(1, total))
        var estimates: [Double] = []
        for _ in 0..<Screening.mixtures {
            let mixture =
                scores.good.shuffled(using: &random).dropFirst(wrong)
                + scores.bad.shuffled(using: &random).prefix(wrong)
            let estimate = bad > good ? (mean(Array(mixture)) - good) / (bad - good) : 0
            estimates.append(min(1, max(0, estimate)))
        }
        return (truth, mean(estimates), mean(estimates.map { abs($0 - truth) }))
    }
}
