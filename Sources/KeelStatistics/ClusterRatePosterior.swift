import Foundation

/// What clustered events leave open about their rate, where each cluster has a rate of its own.
///
/// Yes/no values: a cluster's rate is drawn from Beta(μs, (1−μ)s), and `ρ = 1/(1+s)` is the
/// correlation of two values of a cluster (Williams 1975). Counts: it is drawn from a gamma
/// distribution of mean μ and shape μs, the limit of the same for rare events. Both μ and ρ are
/// unknown; integrating over ρ carries the doubt about the clustering into the interval of μ. The
/// priors are flat in `arcsin √μ` (Jeffreys), or `√μ` for counts, and ρ ~ Beta(½, ½) or, for counts,
/// which nothing bounds from above, Beta(½, 3/2): half-t priors of `√(ρ/(1−ρ))` with 1 and 3 degrees
/// of freedom (Gelman 2006). Coverage is in `docs/statistics.md`.
struct ClusterRatePosterior {
    /// The log-likelihood of a mean, up to a constant, where `s` is given.
    private let logLikelihood: (_ s: Double) -> (_ mean: Double) -> Double
    /// The mean at a place from 0 to 1, and the logarithm of the prior's density there.
    private let mean: (_ place: Double) -> (value: Double, logPrior: Double)
    /// The power of `1 − ρ` by which the prior of ρ falls faster than Beta(½, ½).
    private let lightness: Double

    /// The posterior of a share.
    ///
    /// - Parameters:
    ///   - successes: The yes of each cluster.
    ///   - trials: The values of each cluster, 1 or more.
    /// - Returns: The posterior, whose mean lies from 0 to 1.
    static func share(successes: [Double], trials: [Double]) -> ClusterRatePosterior {
        let yes = RisingFactorials(successes)
        let no = RisingFactorials(zip(trials, successes).map { $0 - $1 })
        let all = RisingFactorials(trials)
        return ClusterRatePosterior(
            logLikelihood: { s in
                let constant = all.log(from: s)
                return { mean in
                    yes.log(from: mean * s) + no.log(from: (1 - mean) * s) - constant
                }
            },
            mean: { place in
                let sine = sin(.pi / 2 * place)
                return (sine * sine, 0)
            }, lightness: 0)
    }

    /// The posterior of a number of events per unit of exposure.
    ///
    /// - Parameters:
    ///   - events: The events of each cluster.
    ///   - exposures: The exposure of each cluster, above 0.
    /// - Returns: The posterior, in events per unit of exposure.
    static func count(events: [Double], exposures: [Double]) -> ClusterRatePosterior {
        let rising = RisingFactorials(events)
        let guess = (events.reduce(0, +) + 0.5) / exposures.reduce(0, +)
        return ClusterRatePosterior(
            logLikelihood: { s in
                var slope = 0.0
                var constant = 0.0
                for (events, exposure) in zip(events, exposures) {
                    slope += s * log1p(exposure / s)
                    if events > 0 { constant += events * log1p(s / exposure) }
                }
                return { mean in rising.log(from: mean * s) - mean * slope - constant }
            },
            mean: { place in
                let odds = place / (1 - place)
                return (guess * odds * odds, -2 * log(1 - place))
            }, lightness: 1)
    }

    /// The interval between equal tails.
    ///
    /// - Parameter level: Above 0 and below 1.
    /// - Returns: The mean's interval, never below 0.
    func interval(level: Double) -> ClosedRange<Double> {
        var window = Window()
        // Each round looks closer at where the density is; most data need two or three.
        for _ in 0..<12 {
            let closer = window.closer(grid(window, means: 32, spreads: 16))
            let isDone = closer.isNearly(window)
            window = closer
            if isDone { break }
        }
        let densities = grid(window, means: 128, spreads: 24)
        let peak = densities.joined().reduce(-Double.infinity, max)
        let masses = densities.map { row in row.reduce(0) { $0 + exp($1 - peak) } }
        let total = masses.reduce(0, +)
        func quantile(_ probability: Double) -> Double {
            var left = probability * total
            for (index, mass) in masses.enumerated() {
                if mass >= left, mass > 0 {
                    let step = (Double(index) + left / mass) / Double(masses.count)
                    return mean(window.place(of: step)).value
                }
                left -= mass
            }
            return mean(window.means.upperBound).value
        }
        let lower = quantile((1 - level) / 2)
        return lower...max(lower, quantile((1 + level) / 2))
    }

    /// The log-densities in the middle of each cell of a window, a row for each mean.
    private func grid(_ window: Window, means: Int, spreads: Int) -> [[Double]] {
        let places = (0..<means).map { row in
            mean(window.place(of: (Double(row) + 0.5) / Double(means)))
        }
        var rows = [[Double]](repeating: [], count: means)
        for column in 0..<spreads {
            let sine = sin(.pi / 2 * window.spread(of: (Double(column) + 0.5) / Double(spreads)))
            // Below one in a million, clusters can't be told from none.
            let rho = max(1e-6, sine * sine)
            let logLikelihood = logLikelihood((1 - rho) / rho)
            let logPrior = lightness * log(1 - rho)
            for (row, place) in places.enumerated() {
                rows[row].append(logLikelihood(place.value) + place.logPrior + logPrior)
            }
        }
        return rows
    }
}

/// The part of the unit square that is looked at.
private struct Window {
    var means = 0.0...1.0
    var spreads = 0.0...1.0
    /// Cells below `e⁻¹⁸` of the highest hold nothing that an interval would show.
    private static let depth = 18.0

    func place(of share: Double) -> Double { Self.point(share, in: means) }
    func spread(of share: Double) -> Double { Self.point(share, in: spreads) }

    /// The smallest window of whole cells with all that counts, and a cell around it.
    func closer(_ densities: [[Double]]) -> Window {
        let rows = densities.map { $0.reduce(-Double.infinity, max) }
        let columns = (densities.first ?? []).indices.map { column in
            densities.reduce(-Double.infinity) { max($0, $1[column]) }
        }
        return Window(
            means: Self.part(of: means, rows), spreads: Self.part(of: spreads, columns))
    }

    func isNearly(_ other: Window) -> Bool {
        func length(_ range: ClosedRange<Double>) -> Double { range.upperBound - range.lowerBound }
        return length(means) > 0.6 * length(other.means)
            && length(spreads) > 0.6 * length(other.spreads)
    }

    private static func part(
        of range: ClosedRange<Double>, _ heights: [Double]
    ) -> ClosedRange<Double> {
        let floor = heights.reduce(-Double.infinity, max) - depth
        guard let first = heights.firstIndex(where: { $0 >= floor }),
            let last = heights.lastIndex(where: { $0 >= floor })
        else { return range }
        let count = Double(heights.count)
        let low = point(Double(max(0, first - 1)) / count, in: range)
        return low...point(Double(min(heights.count, last + 2)) / count, in: range)
    }

    private static func point(_ share: Double, in range: ClosedRange<Double>) -> Double {
        range.lowerBound + share * (range.upperBound - range.lowerBound)
    }
}

/// Sums of `ln a(a+1)…(a+k−1)` over many `k`, equal ones taken together.
private struct RisingFactorials {
    private let counts: [(k: Double, times: Double)]
    private static let longestProduct = 16.0

    init(_ values: [Double]) {
        counts = Dictionary(grouping: values.filter { $0 > 0 }, by: \.self)
            .map { ($0.key, Double($0.value.count)) }.sorted { $0.k < $1.k }
    }

    func log(from a: Double) -> Double {
        // A mean of 0 cannot give an event.
        guard a > 0 else { return counts.isEmpty ? 0 : -.infinity }
        return counts.reduce(0) { $0 + $1.times * Self.log(from: a, $1.k) }
    }

    private static func log(from a: Double, _ k: Double) -> Double {
        guard k <= longestProduct, k == k.rounded() else { return logGamma(a + k) - logGamma(a) }
        var product = a
        var factor = a + 1
        while factor < a + k - 0.5 {
            product *= factor
            factor += 1
        }
        return Foundation.log(product)
    }
}
