/// How well a number tells two groups apart.
public struct Separation: Hashable, Sendable, Codable {
    /// Probability that a member of the first group has the larger number; ties count half.
    public var auroc: Double
    /// Difference of the means over the pooled standard deviation; nil where nothing varies.
    public var effect: Double?

    /// Nil where a group is empty.
    /// - Parameters:
    ///   - positive: Numbers of the first group.
    ///   - negative: Numbers of the second.
    public init?(positive: [Double], negative: [Double]) {
        guard !positive.isEmpty, !negative.isEmpty else { return nil }
        // The rank sum, with the mean rank for ties.
        let all = (positive.map { ($0, true) } + negative.map { ($0, false) })
            .sorted { $0.0 < $1.0 }
        var sum = 0.0
        var start = 0
        while start < all.count {
            var end = start
            while end < all.count, all[end].0 == all[start].0 { end += 1 }
            let rank = Double(start + end + 1) / 2
            sum += rank * Double(all[start..<end].count { $0.1 })
            start = end
        }
        let n = Double(positive.count), m = Double(negative.count)
        auroc = (sum - n * (n + 1) / 2) / (n * m)
        func moments(_ values: [Double]) -> (mean: Double, squares: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
        }
        let (a, b) = (moments(positive), moments(negative))
        let variance = (a.squares + b.squares) / max(1, n + m - 2)
        effect = variance > 0 ? (a.mean - b.mean) / variance.squareRoot() : nil
    }
}
