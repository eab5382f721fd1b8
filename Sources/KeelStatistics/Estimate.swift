/// A measured value with its error: the form in which every measure is reported.
public struct Estimate: Hashable, Codable, Sendable {
    /// The measured value, in the unit of the measure.
    public let value: Double
    /// The estimated standard deviation of `value` over repetitions of the whole measurement.
    public let standardError: Double
    /// The values that the data leave open at `level`; it need not be symmetric around `value`.
    public let interval: ClosedRange<Double>
    /// The share of repetitions whose interval would hold the true value, such as 0.95.
    public let level: Double
    /// How many single observations went into the value.
    public let observations: Int
    /// How many independent groups they come from; equal to `observations` where all are apart.
    public let clusters: Int

    /// Puts together an estimate that another module of Keel computed.
    package init(
        value: Double, standardError: Double, interval: ClosedRange<Double>, level: Double,
        observations: Int, clusters: Int
    ) {
        self.value = value
        self.standardError = standardError
        self.interval = interval
        self.level = level
        self.observations = observations
        self.clusters = clusters
    }
}
