import KeelStatistics

/// In which order rows are trained on: every row once an epoch.
///
/// It depends on the seed and the epoch alone, so a run that goes on needs no more than its step.
public struct DataOrder: Sendable {
    /// Number of rows, at least 1.
    public let count: Int
    /// Rows of a step, at least 1.
    public let batchSize: Int
    private let seed: UInt64
    private let shuffles: Bool

    /// - Parameters:
    ///   - count: Number of rows, at least 1.
    ///   - batchSize: Rows of a step, at least 1; the last step of an epoch may have fewer.
    ///   - seed: Decides the order.
    ///   - shuffles: Whether to shuffle at all.
    public init(count: Int, batchSize: Int, seed: UInt64, shuffles: Bool = true) {
        self.count = count
        self.batchSize = batchSize
        self.seed = seed
        self.shuffles = shuffles
    }

    /// Steps in which every row is read once, at least 1.
    public var stepsPerEpoch: Int {
        let (full, rest) = count.quotientAndRemainder(dividingBy: batchSize)
        return rest == 0 ? full : full + 1
    }

    /// Rows of a step, counted from 0 over all epochs.
    public func batch(_ step: Int) -> [Int] {
        let (epoch, index) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
        let start = index * batchSize
        let range = start..<start + min(batchSize, count - start)
        return Array(permutation(epoch)[range])
    }

    private func permutation(_ epoch: Int) -> [Int] {
        guard shuffles else { return Array(0..<count) }
        var generator = SeededGenerator(seed: seed, stream: UInt64(epoch))
        var order = Array(0..<count)
        // Fisher and Yates, spelled out: the standard library may change its way.
        for last in order.indices.dropFirst().reversed() {
            order.swapAt(last, Int(generator.next(upperBound: UInt64(last + 1))))
        }
        return order
    }
}

extension SeededGenerator {
    /// A stream of a seed; streams of one seed are independent.
    init(seed: UInt64, stream: UInt64) {
        var seeds = SeededGenerator(seed: seed)
        var streams = SeededGenerator(seed: seeds.next() &+ stream)
        self.init(seed: streams.next())
    }
}
