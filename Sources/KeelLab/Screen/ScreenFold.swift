internal import KeelStatistics

/// A score, a layer and a threshold found without one domain, and that domain to be told apart.
struct ScreenFold {
    private let domain: String
    /// What tells rows of the other domains best.
    private let scorer: RowScorer
    /// The best that is a mean difference: along it, models are steered and watched.
    private let direction: RowScorer
    private let layers: [Int]
    /// One in twenty good rows of the calibration lies above.
    private let threshold: Double
    private let share: WrongShare?
    /// All rows of the held-out domain: nothing was found on any of them.
    private let test: [RowFeatures]
    /// Right rows of the split `test`, of all domains.
    private let around: [RowFeatures]

    init(_ table: FeatureTable, heldOut domain: String) throws(LabError) {
        let others = table.rows.filter { $0.domain != domain }
        let train = others.filter { $0.split == .train }
        let validation = others.filter { $0.split == .validation }
        test = table.rows.filter { $0.domain == domain }
        around = table.rows.filter { $0.split == .test && !$0.isWrong }
        var leading: (auroc: Double, scorer: RowScorer)?
        var steering: (auroc: Double, scorer: RowScorer)?
        for scorer in table.layers.indices.flatMap({ RowScorer.candidates(train, $0) }) {
            let scores = scorer.scores(validation)
            let auroc = Self.auroc(scores.bad, scores.good) ?? 0.5
            if auroc > leading?.auroc ?? -1 { leading = (auroc, scorer) }
            if scorer.kind == .meanDifference, auroc > steering?.auroc ?? -1 {
                steering = (auroc, scorer)
            }
        }
        guard let best = leading, let steered = steering, test.contains(where: \.isWrong),
            test.contains(where: { !$0.isWrong })
        else {
            throw .unsupported(
                "Screening \(domain) needs right and wrong rows of it, and of others to learn from."
            )
        }
        self.domain = domain
        layers = table.layers
        scorer = best.scorer
        direction = steered.scorer
        let calibration = best.scorer.scores(validation)
        let sorted = calibration.good.sorted()
        let place = min(sorted.count - 1, Int((0.95 * Double(sorted.count)).rounded(.up)))
        threshold = sorted.isEmpty ? .infinity : sorted[max(0, place)]
        share = WrongShare(good: calibration.good, bad: calibration.bad)
    }

    /// Whether a row of the held-out domain is taken for a wrong one.
    func isFlagged(_ row: RowFeatures) -> Bool { scorer.score(row) > threshold }

    /// Nil with fewer than two of either.
    static func auroc(_ positive: [Double], _ negative: [Double]) -> Double? {
        (try? RankSeparation(positives: positive, negatives: negative))?.area.value
    }

    private func auroc(_ scorer: RowScorer, _ stance: Stance? = nil) -> Double? {
        let own = scorer.scores(test.filter { stance == nil || $0.stance == stance })
        return Self.auroc(own.bad, own.good)
    }

    /// The mean difference in units of the median stream, with how it does on the held-out domain.
    func direction(of table: FeatureTable) -> LabDirection {
        let length = Float(table.medianLengths[direction.index])
        return LabDirection(
            layer: layers[direction.index], vector: direction.vector.map { $0 * length },
            usual: auroc(direction, .usual), reversed: auroc(direction, .reversed))
    }

    /// Tells the held-out domain's rows apart.
    func measured(using random: inout SeededGenerator) -> Screening.Domain {
        let all = scorer.scores(test)
        let surprises = (
            bad: test.filter(\.isWrong).compactMap(\.surprise),
            good: test.filter { !$0.isWrong }.compactMap(\.surprise)
        )
        func flagged(_ scores: [Double]) -> Double {
            Double(scores.count { $0 > threshold }) / Double(max(1, scores.count))
        }
        let right = around.map(scorer.score)
        return Screening.Domain(
            domain: domain, layer: layers[scorer.index], score: scorer.kind.rawValue,
            auroc: Self.auroc(all.bad, all.good) ?? 0.5, among: Self.auroc(all.bad, right),
            projection: auroc(direction), usual: auroc(scorer, .usual),
            reversed: auroc(scorer, .reversed),
            surprise: Self.auroc(surprises.bad, surprises.good), falseAlarms: flagged(all.good),
            found: flagged(all.bad),
            own: WrongShare.mixture(share, right: all.good, wrong: all.bad, using: &random),
            mixed: WrongShare.mixture(share, right: right, wrong: all.bad, using: &random))
    }
}
