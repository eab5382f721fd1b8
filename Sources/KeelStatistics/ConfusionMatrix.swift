/// How often two raters gave each pair of labels; or a judge against the truth.
public struct ConfusionMatrix<Label: Hashable & Sendable>: Hashable, Sendable {
    /// In the order of the rows and columns of `counts`.
    public let labels: [Label]
    /// `counts[i][j]` items had label `i` from the first rater and `j` from the second.
    public let counts: [[Int]]

    /// Counts the labels that two raters gave to the same items.
    /// - Parameters:
    ///   - labels: All labels a rater may give, used or not; AC1 depends on how many there are.
    ///   - first: The first rater's label of each item; the truth, for a judge.
    ///   - second: The second rater's, in the same order.
    /// - Throws: `StatisticsError.empty`, `.lengthsDiffer`, `.unknownLabel`; `.outOfRange` unless
    ///   there are two different labels or more.
    public init(labels: [Label], first: [Label], second: [Label]) throws(StatisticsError) {
        guard labels.count > 1, Set(labels).count == labels.count else {
            throw .outOfRange(
                name: "number of different labels", value: Double(Set(labels).count),
                expected: "at least 2, without repetition")
        }
        try requireSameCount(
            first.count, "labels of the first rater", second.count, "of the second")
        var counts = [[Int]](
            repeating: [Int](repeating: 0, count: labels.count), count: labels.count)
        for (index, (a, b)) in zip(first, second).enumerated() {
            guard let row = labels.firstIndex(of: a) else {
                throw .unknownLabel("\(a)", index: index)
            }
            guard let column = labels.firstIndex(of: b) else {
                throw .unknownLabel("\(b)", index: index)
            }
            counts[row][column] += 1
        }
        self.labels = labels
        self.counts = counts
    }

    /// How many items were rated.
    public var items: Int { counts.joined().reduce(0, +) }

    var agreements: Int { labels.indices.reduce(0) { $0 + counts[$1][$1] } }
}

extension ConfusionMatrix where Label == Bool {
    /// The share of true items that the second rater called true, with Wilson's interval.
    /// - Throws: `StatisticsError.outOfRange` when no item is true, or for the level.
    public func truePositiveRate(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        try hitRate(of: true, level: level)
    }

    /// The share of false items that the second rater called false, with Wilson's interval.
    /// - Throws: `StatisticsError.outOfRange` when no item is false, or for the level.
    public func trueNegativeRate(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        try hitRate(of: false, level: level)
    }

    private func hitRate(of truth: Bool, level: Double) throws(StatisticsError) -> Estimate {
        let row = labels[0] == truth ? 0 : 1
        return try Proportion.wilson(
            successes: counts[row][row], trials: counts[row].reduce(0, +), level: level)
    }
}
