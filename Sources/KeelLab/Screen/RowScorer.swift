/// A linear score of rows at one layer: how far a row's projection difference lies towards wrong answers.
struct RowScorer {
    /// What a score is found by.
    enum Kind: String {
        /// The mean difference of wrong and right answers.
        case meanDifference = "mean difference"
        /// The same where directions in which rows of one kind vary much count less (Fisher 1936).
        case whitened
    }

    let kind: Kind
    /// Place of the layer among those of the table.
    let index: Int
    /// `[C]`, of length 1.
    let vector: [Float]

    /// Shares of the mean variance that are added to all directions when whitening: of fewer rows than
    /// directions, no variance is known well.
    private static let ridges = [0.1, 1.0]

    /// All scores that are tried at one layer; none where rows of both kinds are not there.
    static func candidates(_ rows: [RowFeatures], _ index: Int) -> [RowScorer] {
        guard let difference = difference(rows, index),
            let plain = RowScorer(.meanDifference, index, difference)
        else { return [] }
        let scatter = Scatter(rows, index)
        let whitened = ridges.compactMap { ridge in
            RowScorer(.whitened, index, scatter.solved(difference, ridge: ridge))
        }
        return [plain] + whitened
    }

    private init?(_ kind: Kind, _ index: Int, _ vector: [Double]) {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0, length.isFinite else { return nil }
        self.kind = kind
        self.index = index
        self.vector = vector.map { Float($0 / length) }
    }

    func score(_ row: RowFeatures) -> Double {
        zip(row.differences[index], vector).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    func scores(_ rows: [RowFeatures]) -> (good: [Double], bad: [Double]) {
        (rows.filter { !$0.isWrong }.map(score), rows.filter(\.isWrong).map(score))
    }

    /// The mean difference of wrong and right answers, either stance counting alike where both are there,
    /// `[C]`; nil where there is none.
    private static func difference(_ rows: [RowFeatures], _ index: Int) -> [Double]? {
        var sum: [Double] = []
        for stance in Stance.allCases {
            let own = rows.filter { $0.stance == stance }
            guard let wrong = mean(own.filter(\.isWrong), index),
                let right = mean(own.filter { !$0.isWrong }, index)
            else { continue }
            let difference = zip(wrong, right).map { $0 - $1 }
            sum = sum.isEmpty ? difference : zip(sum, difference).map { $0 + $1 }
        }
        return sum.isEmpty ? nil : sum
    }

    fileprivate static func mean(_ rows: [RowFeatures], _ index: Int) -> [Double]? {
        guard var sum = rows.first?.differences[index].map(Double.init) else { return nil }
        for row in rows.dropFirst() {
            for (place, value) in row.differences[index].enumerated() where place < sum.count {
                sum[place] += Double(value)
            }
        }
        return sum.map { $0 / Double(rows.count) }
    }
}

/// How rows vary about the mean of their kind: right or wrong, of one stance.
private struct Scatter {
    /// `[n, C]`, one row behind the other.
    private var values: [Double] = []
    private let width: Int

    init(_ rows: [RowFeatures], _ index: Int) {
        width = rows.first?.differences[index].count ?? 0
        for stance in Stance.allCases {
            for isWrong in [false, true] {
                let own = rows.filter {
                    $0.stance == stance && $0.isWrong == isWrong
                        && $0.differences[index].count == width
                }
                guard let mean = RowScorer.mean(own, index) else { continue }
                for row in own {
                    values += zip(row.differences[index], mean).map { Double($0) - $1 }
                }
            }
        }
    }

    /// Solves `(XᵀX / n + μ) w = d` by conjugate gradients, `μ` being a share of the mean variance; where
    /// nothing varies, `d` itself.
    func solved(_ target: [Double], ridge: Double) -> [Double] {
        guard width > 0, values.count >= width, target.count == width else { return target }
        let count = Double(values.count / width)
        let mean = values.reduce(0) { $0 + $1 * $1 } / count / Double(width)
        guard mean > 0, mean.isFinite else { return target }
        func dot(_ a: [Double], _ b: [Double]) -> Double {
            var sum = 0.0
            for i in a.indices { sum += a[i] * b[i] }
            return sum
        }
        var w = [Double](repeating: 0, count: width)
        var rest = target
        var step = rest
        var left = dot(rest, rest)
        let enough = left * 1e-10
        for _ in 0..<200 where left > enough {
            let image = times(step, count: count, ridge: ridge * mean)
            let curvature = dot(step, image)
            guard curvature > 0, curvature.isFinite else { break }
            let length = left / curvature
            for i in w.indices {
                w[i] += length * step[i]
                rest[i] -= length * image[i]
            }
            let now = dot(rest, rest)
            for i in step.indices { step[i] = rest[i] + now / left * step[i] }
            left = now
        }
        return w
    }

    private func times(_ v: [Double], count: Double, ridge: Double) -> [Double] {
        var product = v.map { $0 * ridge }
        for start in stride(from: 0, to: values.count, by: width) {
            var sum = 0.0
            for i in 0..<width { sum += values[start + i] * v[i] }
            sum /= count
            for i in 0..<width { product[i] += sum * values[start + i] }
        }
        return product
    }
}
