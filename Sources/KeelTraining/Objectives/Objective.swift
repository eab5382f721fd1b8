public import KeelTensor

/// What is trained: how rows become examples, and how far the model is off on them.
///
/// The loop knows no more of a method than this. Losses are sums, divided by the weight of the whole
/// step in one place: so a step means the same in one part or in many, on one machine or on several.
public protocol Objective: AnyObject {
    /// What the data holds.
    associatedtype Row
    /// What the model is run on.
    associatedtype Item

    /// Makes what a step is trained on, without gradients: the rows themselves, or samples drawn by
    /// the model as it is now.
    /// - Parameters:
    ///   - rows: The rows of the step.
    ///   - step: Counted from 0; decides what is drawn.
    /// - Returns: At least one item.
    /// - Throws: What sampling or grading throws.
    func items(for rows: [Row], step: Int) async throws -> [Item]

    /// What an item counts in the mean: its trained tokens, or 1.
    func weight(of item: Item) -> Double

    /// Tokens that the model reads for an item.
    func tokens(of item: Item) -> Int

    /// The loss of some items of a step: the sum over them, not the mean.
    func loss(of items: [Item], _ pass: ForwardPass) throws -> Loss

    /// What has to fall for training to gain anything.
    /// - Parameter averages: Of an evaluation, by the names that `loss` gives.
    /// - Returns: One of them, or minus one; nil where it was not measured.
    func criterion(_ averages: [String: Double]) -> Double?
}

extension Objective {
    public func criterion(_ averages: [String: Double]) -> Double? { averages["loss"] }
}

/// A loss and what was seen on the way.
public struct Loss {
    /// Sum over items; a scalar.
    public var sum: Tensor
    /// Averages for the log.
    public var means: Means

    public init(sum: Tensor, means: Means) {
        self.sum = sum
        self.means = means
    }
}

/// Averages that are collected in parts.
public struct Means: Sendable {
    private(set) var sums: [String: (sum: Double, weight: Double)] = [:]

    public init() {}

    /// Adds values to an average: their sum, and how many they are.
    public mutating func add(_ name: String, sum: Double, weight: Double) {
        let old = sums[name] ?? (0, 0)
        sums[name] = (old.sum + sum, old.weight + weight)
    }

    mutating func add(_ other: Means) {
        for (name, value) in other.sums { add(name, sum: value.sum, weight: value.weight) }
    }

    /// The averages; one of nothing is left out.
    public var values: [String: Double] {
        sums.filter { $0.value.weight > 0 }.mapValues { $0.sum / $0.weight }
    }
}
