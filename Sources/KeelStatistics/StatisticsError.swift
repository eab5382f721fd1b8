/// What can be wrong with the numbers given to a statistic.
public enum StatisticsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing to compute from.
    case empty(what: String)
    /// The error of a mean is estimated from the spread between clusters, which needs two.
    case tooFewClusters(count: Int)
    /// A cluster has no observation; `index` counts from 0.
    case emptyCluster(index: Int)
    /// A value is infinite or not a number; `index` counts clusters where values are clustered.
    case notFinite(what: String, index: Int)
    /// Lists that belong together have different lengths; `first` and `second` say what they hold.
    case lengthsDiffer(first: String, firstCount: Int, second: String, secondCount: Int)
    /// A number is not in its range; `expected` completes "it must be".
    case outOfRange(name: String, value: Double, expected: String)
    /// A value of a rate is neither 0 nor 1.
    case notBinary(value: Double, cluster: Int)
    /// All clusters agree exactly, so an interval built on their spread would be a point.
    case noVariation(what: String, remedy: String)
    /// A rater gave a label that was not declared; `index` counts items from 0.
    case unknownLabel(String, index: Int)
    /// Both rates add up to 1 or less, so a judge's errors cannot be taken out.
    case uninformativeJudge(truePositiveRate: Double, trueNegativeRate: Double)
    /// These players were never compared, directly or through others, with player 0.
    case disconnected(players: [Int])
    /// With so few probes, not even the largest possible change would be detected.
    case undetectable(largestChange: Double)
    /// The result has no room in a `Double`.
    case overflow

    public var description: String {
        switch self {
        case .empty(let what):
            "There are no \(what); give at least one."
        case .tooFewClusters(let count):
            "Too few clusters, \(count): the error is estimated from the spread between clusters, "
                + "so give at least two."
        case .emptyCluster(let index):
            "Cluster \(index) has no observations; leave a cluster out when all its values are "
                + "missing, and report how many were left out."
        case .notFinite(let what, let index):
            "The \(what) at index \(index) is infinite or not a number; leave missing values out, "
                + "and report how many were left out."
        case .lengthsDiffer(let first, let firstCount, let second, let secondCount):
            "There are \(firstCount) \(first) but \(secondCount) \(second); give as many of one "
                + "as of the other, in the same order."
        case .outOfRange(let name, let value, let expected):
            "The \(name) is \(value); it must be \(expected)."
        case .notBinary(let value, let cluster):
            "Cluster \(cluster) holds the value \(value); a rate takes only 0 and 1, so use the "
                + "mean for graded values."
        case .noVariation(let what, let remedy):
            "\(what) is the same in every cluster, so its error cannot be estimated; \(remedy)."
        case .unknownLabel(let label, let index):
            "The label \"\(label)\" at index \(index) is not among the declared labels; declare it "
                + "or leave the item out."
        case .uninformativeJudge(let truePositiveRate, let trueNegativeRate):
            "The judge's true positive rate \(truePositiveRate) and true negative rate "
                + "\(trueNegativeRate) add up to 1 or less: its verdicts say nothing about the "
                + "truth, so no correction is possible. Use a better judge or rubric."
        case .disconnected(let players):
            "Players \(players) were never compared, directly or through others, with player 0; "
                + "add comparisons between the groups or rank the groups apart."
        case .undetectable(let largestChange):
            "With so few probes no change up to the largest possible one, \(largestChange), would "
                + "be detected; plan more probes."
        case .overflow:
            "The result is too large for a number; give the values in a larger unit."
        }
    }
}

/// Checks that every value is finite.
func requireFinite(_ values: [Double], _ what: String) throws(StatisticsError) {
    if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(what: what, index: index)
    }
}

/// Checks that a confidence level, a probability or a power lies strictly between 0 and 1.
func requireFraction(_ value: Double, _ name: String) throws(StatisticsError) {
    guard value > 0, value < 1 else {
        throw .outOfRange(name: name, value: value, expected: "above 0 and below 1")
    }
}

/// Checks that a value is finite and above zero.
func requirePositive(_ value: Double, _ name: String) throws(StatisticsError) {
    guard value.isFinite, value > 0 else {
        throw .outOfRange(name: name, value: value, expected: "a finite number above 0")
    }
}

/// Checks that a count is at least one.
func requireCount(_ count: Int, _ name: String) throws(StatisticsError) {
    guard count >= 1 else {
        throw .outOfRange(name: name, value: Double(count), expected: "at least 1")
    }
}

/// Checks that two lists have the same length and are not empty.
func requireSameCount(
    _ first: Int, _ firstName: String, _ second: Int, _ secondName: String
) throws(StatisticsError) {
    guard first == second else {
        throw .lengthsDiffer(
            first: firstName, firstCount: first, second: secondName, secondCount: second)
    }
    guard first > 0 else { throw .empty(what: firstName) }
}
