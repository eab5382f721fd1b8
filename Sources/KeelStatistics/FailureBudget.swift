/// The risk of failure at which trying and holding back cost the same.
///
/// Trying a change that fails costs `costOfFailure`; holding back one that would have worked costs
/// `costOfMiss`. The expected cost is least when every change whose probability of failure lies
/// below the threshold is tried. Where failure is cheap a low failure rate is a sign of trying too
/// little.
public struct FailureBudget: Hashable, Codable, Sendable {
    /// The largest probability of failure at which trying still pays, from 0 to 1.
    public let acceptableProbability: Double

    /// Takes both costs in one unit of any kind.
    /// - Throws: `StatisticsError.outOfRange` unless both costs are finite and above 0.
    public init(costOfFailure: Double, costOfMiss: Double) throws(StatisticsError) {
        try requirePositive(costOfFailure, "cost of a failure")
        try requirePositive(costOfMiss, "cost of a miss")
        acceptableProbability = 1 / (1 + costOfFailure / costOfMiss)
    }
}
