/// Which rows are kept for validation and for a last test.
///
/// Rows of one prompt stay together, so that no answer to a prompt of the training set is in
/// another part.
public struct DataSplit: Hashable, Sendable {
    /// Shares of the rows, 0 or more, together below 1.
    public let valid: Double
    public let test: Double
    /// Decides which rows go where; rows of one prompt stay together.
    public let seed: UInt64

    /// - Throws: `TrainingError.option` when nothing would be left to train on.
    public init(valid: Double = 0, test: Double = 0, seed: UInt64 = 0) throws(TrainingError) {
        for (name, share) in [("valid", valid), ("test", test)] where !(0..<1).contains(share) {
            throw .option(name: name, expected: "a share of the rows, from 0 to below 1")
        }
        guard valid + test < 1 else {
            throw .option(name: "valid and test", expected: "below 1 together")
        }
        self.valid = valid
        self.test = test
        self.seed = seed
    }

    /// The parts, by the names that mlx-lm gives to their files.
    enum Part: String, CaseIterable { case train, valid, test }

    /// The part of each row.
    /// - Parameter groups: Of each row; rows of equal groups stay together.
    /// - Returns: As many parts as there are rows.
    /// - Throws: `TrainingError.option` when whole groups leave a part that was asked for empty.
    func parts(of groups: [Int]) throws(TrainingError) -> [Part] {
        let count = (groups.max() ?? -1) + 1
        var sizes = [Int](repeating: 0, count: count)
        for group in groups { sizes[group] += 1 }
        var part = [Part](repeating: .train, count: count)
        var order =
            (count > 0
            ? DataOrder(count: count, batchSize: count, seed: seed).batch(0) : [])[...]
        for (name, share) in [(Part.valid, valid), (.test, test)] where share > 0 {
            let wanted = max(1, Int((share * Double(groups.count)).rounded()))
            var have = 0
            while have < wanted, let group = order.popFirst() {
                part[group] = name
                have += sizes[group]
            }
        }
        let used = Set(groups.map { part[$0] })
        let asked: [(Part, Bool)] = [(.train, true), (.valid, valid > 0), (.test, test > 0)]
        for (name, isAsked) in asked where isAsked && !used.contains(name) {
            throw .option(
                name: "valid and test",
                expected: "smaller: of \(count) different prompts, none is left for \(name)")
        }
        return groups.map { part[$0] }
    }
}
