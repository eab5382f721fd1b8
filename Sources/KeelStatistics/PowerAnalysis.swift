/// What a comparison of two models can see, computed before any answer is sampled.
///
/// Normal approximations for two-sided tests.
public struct PowerAnalysis: Hashable, Sendable {
    private let criticalValue: Double
    private let powerValue: Double

    /// Plans for a two-sided test at `alpha` that finds a true change with probability `power`.
    /// - Throws: `StatisticsError.outOfRange` unless `alpha` is above 0 and below 1, and `power`
    ///   at least 0.5 and below 1.
    public init(alpha: Double = 0.05, power: Double = 0.8) throws(StatisticsError) {
        try requireFraction(alpha, "alpha")
        guard power >= 0.5, power < 1 else {
            throw .outOfRange(name: "power", value: power, expected: "at least 0.5 and below 1")
        }
        criticalValue = try NormalDistribution.quantile(1 - alpha / 2)
        powerValue = try NormalDistribution.quantile(power)
    }

    /// The variance that one probe brings to a difference of two means.
    public struct Design: Hashable, Sendable {
        /// In the square of the measure's unit; divided by the number of probes, the variance of the difference.
        public let variancePerProbe: Double

        /// Both models answer the same probes, `samples` times each.
        ///
        /// `ω² + σ²_A/K + σ²_B/K` as in Miller 2024 (arXiv 2411.00640), where `ω²` is the
        /// variance over probes of the true difference.
        /// - Throws: `StatisticsError.outOfRange` for variances below 0, or all 0, or `samples`
        ///   below 1.
        public static func paired(
            differenceBetweenProbes omegaSquared: Double, baselineWithin: Double,
            candidateWithin: Double, samples: Int
        ) throws(StatisticsError) -> Design {
            try requireCount(samples, "number of samples")
            return try Design(
                omegaSquared, baselineWithin / Double(samples), candidateWithin / Double(samples))
        }

        /// Each model answers as many probes of its own, `samples` times each.
        /// - Throws: As `paired`.
        public static func unpaired(
            baseline: VarianceComponents, candidate: VarianceComponents, samples: Int
        ) throws(StatisticsError) -> Design {
            try requireCount(samples, "number of samples")
            return try Design(
                baseline.between + candidate.between, baseline.within / Double(samples),
                candidate.within / Double(samples))
        }

        /// Two rates near `rate`, each from one yes/no answer to as many probes of its own.
        /// - Throws: `StatisticsError.outOfRange` unless `rate` is above 0 and below 1.
        public static func unpairedRates(near rate: Double) throws(StatisticsError) -> Design {
            try requireFraction(rate, "rate")
            return try Design(0, rate * (1 - rate), rate * (1 - rate))
        }

        private init(
            _ between: Double, _ baseline: Double, _ candidate: Double
        ) throws(StatisticsError) {
            for value in [between, baseline, candidate] where !(value >= 0 && value.isFinite) {
                throw .outOfRange(name: "variance", value: value, expected: "finite and at least 0")
            }
            try requirePositive(between + baseline + candidate, "variance of the difference")
            variancePerProbe = between + baseline + candidate
        }
    }

    /// The smallest true change that this many probes (of each model, if unpaired) would find.
    ///
    /// `d = (z_{α/2} + z_β) √(V/n)`.
    /// - Throws: `StatisticsError.outOfRange` for fewer than one probe.
    public func detectableChange(probes: Int, design: Design) throws(StatisticsError) -> Double {
        try requireCount(probes, "number of probes")
        return try detectableChange(
            standardError: (design.variancePerProbe / Double(probes)).squareRoot())
    }

    /// The smallest true change that a difference with this error would find, `(z_{α/2} + z_β) SE`.
    /// - Throws: `StatisticsError.outOfRange` unless the error is above 0.
    public func detectableChange(standardError: Double) throws(StatisticsError) -> Double {
        try requirePositive(standardError, "standard error")
        return (criticalValue + powerValue) * standardError
    }

    /// The probes (of each model, if unpaired) that it takes to find a change.
    ///
    /// `n = (z_{α/2} + z_β)² V / d²`, the sample-size formula of Miller 2024.
    /// - Throws: `StatisticsError.outOfRange` unless `change` is above 0.
    public func probes(toDetect change: Double, design: Design) throws(StatisticsError) -> Int {
        try requirePositive(change, "change")
        let z = criticalValue + powerValue
        return try wholeProbes(z * z * design.variancePerProbe / (change * change))
    }

    /// The smallest change of a yes/no rate that McNemar's test on this many probes would find.
    ///
    /// `discordant` is the share of probes whose answer changes in either direction. Solves
    /// `d √n = z_{α/2} √ψ + z_β √(ψ − d²)` for `d` (Connor 1987).
    /// - Throws: `StatisticsError.outOfRange`; `.undetectable` when even a change of all discordant
    ///   answers in one direction would be missed.
    public func detectableChange(
        probes: Int, discordant: Double
    ) throws(StatisticsError) -> Double {
        try requireCount(probes, "number of probes")
        try requireDiscordant(discordant)
        let n = Double(probes)
        let a = criticalValue
        let b = powerValue
        let root = n + b * b - a * a
        let change =
            root < 0
            ? Double.infinity
            : discordant.squareRoot() * (a * n.squareRoot() + b * root.squareRoot()) / (n + b * b)
        guard change <= discordant else { throw .undetectable(largestChange: discordant) }
        return change
    }

    /// The probes that McNemar's test takes to find a change of a yes/no rate (Connor 1987).
    /// - Throws: `StatisticsError.outOfRange` unless `change` is above 0 and at most `discordant`.
    public func probes(
        toDetect change: Double, discordant: Double
    ) throws(StatisticsError) -> Int {
        try requireDiscordant(discordant)
        guard change > 0, change <= discordant else {
            throw .outOfRange(
                name: "change", value: change,
                expected: "above 0 and at most the discordant share \(discordant)")
        }
        let root =
            criticalValue * discordant.squareRoot()
            + powerValue * (discordant - change * change).squareRoot()
        return try wholeProbes(root * root / (change * change))
    }

    private func requireDiscordant(_ share: Double) throws(StatisticsError) {
        guard share > 0, share <= 1 else {
            throw .outOfRange(
                name: "discordant share", value: share, expected: "above 0 and at most 1")
        }
    }

    private func wholeProbes(_ count: Double) throws(StatisticsError) -> Int {
        guard let whole = Int(exactly: count.rounded(.up)) else {
            throw .outOfRange(
                name: "number of probes needed", value: count,
                expected: "small enough to count; plan for a larger change")
        }
        return max(1, whole)
    }
}
