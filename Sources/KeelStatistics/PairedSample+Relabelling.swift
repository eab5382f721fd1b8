extension PairedSample {
    /// The two-sided mid-p-value of the permutation test that relabels values within clusters.
    ///
    /// With probes as clusters: if both runs answer each probe in the same way, any of its answers
    /// could as well have come from the other run. The statistic is the sum of the candidate's
    /// values less what each probe's pooled mean makes it expect; for yes/no values this is the
    /// exact Cochran–Mantel–Haenszel test. Ties with the observed value count half (Lancaster
    /// 1961), so that few and discrete values reject about as often as the level says, where the
    /// whole tie would reject too rarely.
    ///
    /// It says whether *these* probes are answered differently, and needs no second cluster.
    /// Whole numbers are tested by their exact distribution where that is small enough; else
    /// `resamples` relabellings are drawn, the observed one counted among them.
    /// - Throws: `StatisticsError.outOfRange` unless `resamples` is at least 1.
    public func relabellingPValue(
        resamples: Int = 20_000, using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> Double {
        try requireCount(resamples, "number of resamples")
        let strata = zip(baseline.clusters, candidate.clusters).map {
            Stratum(baseline: $0, candidate: $1)
        }
        let varied = strata.filter { $0.variance > 0 }
        guard !varied.isEmpty else { return 1 }
        if let distribution = LatticeDistribution(varied) { return distribution.midPValue }
        return Self.drawnMidPValue(varied, resamples: resamples, using: &generator)
    }

    /// The standard deviation, over relabellings, of the difference that the test weighs.
    ///
    /// In the unit of the values; 0 where no probe's values vary. It is what chance does to the
    /// difference of two runs of one model on these probes.
    public var relabellingError: Double {
        let strata = zip(baseline.clusters, candidate.clusters).map {
            Stratum(baseline: $0, candidate: $1)
        }
        let weight = strata.reduce(0) { $0 + $1.weight }
        return weight > 0 ? strata.reduce(0) { $0 + $1.variance }.squareRoot() / weight : 0
    }

    private static func drawnMidPValue(
        _ strata: [Stratum], resamples: Int, using generator: inout some RandomNumberGenerator
    ) -> Double {
        let observed = abs(strata.reduce(0) { $0 + $1.excess })
        let rounding = 1e-10 * strata.reduce(0) { $0 + $1.values.reduce(0) { $0 + abs($1) } }
        var values = strata.map(\.values)
        var beyond = 0
        // The observed labels are one of the relabellings, and tie with themselves.
        var ties = 1
        for _ in 0..<resamples {
            var excess = 0.0
            for (index, stratum) in strata.enumerated() {
                var sum = 0.0
                let count = values[index].count
                for place in 0..<stratum.chosen {
                    let other = place + Int(generator.next(upperBound: UInt(count - place)))
                    values[index].swapAt(place, other)
                    sum += values[index][place]
                }
                excess += sum - stratum.expected
            }
            if abs(excess) > observed + rounding {
                beyond += 1
            } else if abs(excess) >= observed - rounding {
                ties += 1
            }
        }
        return (Double(beyond) + Double(ties) / 2) / Double(resamples + 1)
    }
}

/// The values of one probe from both runs.
private struct Stratum {
    /// The candidate's first.
    let values: [Double]
    /// How many of them are the candidate's.
    let chosen: Int
    /// The sum that the candidate's values have on average over all relabellings.
    let expected: Double

    init(baseline: [Double], candidate: [Double]) {
        values = candidate + baseline
        chosen = candidate.count
        expected = values.reduce(0, +) * Double(candidate.count) / Double(values.count)
    }

    var excess: Double { values.prefix(chosen).reduce(0, +) - expected }

    /// The weight of this probe's difference of means in the statistic, `n₁n₂/(n₁ + n₂)`.
    var weight: Double { Double(chosen * (values.count - chosen)) / Double(values.count) }

    /// The variance of the excess over relabellings.
    var variance: Double {
        guard values.count > 1, values.contains(where: { $0 != values[0] }) else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return weight * squares / Double(values.count - 1)
    }
}

/// The exact distribution over relabellings of a sum of whole numbers.
private struct LatticeDistribution {
    /// The probability of each sum, from the smallest in steps of one.
    private var probabilities: [Double] = [1]
    private var observed = 0.0
    private var expected = 0.0

    /// Nil where the values are not whole or the distribution would take long.
    init?(_ strata: [Stratum]) {
        var largest = 1.0
        var work = 0.0
        for stratum in strata {
            guard stratum.values.allSatisfy({ $0 == $0.rounded() && abs($0) < 1e6 }),
                let low = stratum.values.min(), let high = stratum.values.max()
            else { return nil }
            let sums = (high - low) * Double(stratum.chosen) + 1
            work += Double(stratum.values.count * stratum.chosen) * sums + largest * sums
            largest += sums
            guard work < 1e7 else { return nil }
        }
        for stratum in strata { add(stratum) }
    }

    /// Lays a probe's sums over those of the probes before it.
    private mutating func add(_ stratum: Stratum) {
        let low = stratum.values.min() ?? 0
        let steps = stratum.values.map { Int($0 - low) }
        let sums = Self.sums(of: steps, choosing: stratum.chosen)
        var next = [Double](repeating: 0, count: probabilities.count + sums.count - 1)
        for (i, p) in probabilities.enumerated() where p > 0 {
            for (j, q) in sums.enumerated() { next[i + j] += p * q }
        }
        probabilities = next
        let base = low * Double(stratum.chosen)
        observed += Double(steps.prefix(stratum.chosen).reduce(0, +))
        expected += stratum.expected - base
    }

    /// The probability of each sum of `chosen` of the steps, all choices alike.
    private static func sums(of steps: [Int], choosing chosen: Int) -> [Double] {
        let top = steps.sorted().suffix(chosen).reduce(0, +)
        var table = [[Double]](
            repeating: [Double](repeating: 0, count: top + 1), count: chosen + 1)
        table[0][0] = 1
        for (index, step) in steps.enumerated() {
            let left = Double(steps.count - index)
            // Downwards, so that a step is taken once.
            for taken in stride(from: min(index, chosen), through: 0, by: -1) {
                let chance = Double(chosen - taken) / left
                for sum in 0...top where table[taken][sum] > 0 {
                    let probability = table[taken][sum]
                    if chance > 0 { table[taken + 1][sum + step] += probability * chance }
                    table[taken][sum] = probability * (1 - chance)
                }
            }
        }
        return table[chosen]
    }

    var midPValue: Double {
        let distance = abs(observed - expected)
        let rounding = 1e-9 * Double(probabilities.count)
        var sum = 0.0
        for (value, probability) in probabilities.enumerated() {
            let other = abs(Double(value) - expected)
            if other > distance + rounding {
                sum += probability
            } else if other >= distance - rounding {
                sum += probability / 2
            }
        }
        return min(1, sum)
    }
}
