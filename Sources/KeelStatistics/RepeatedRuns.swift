/// How much a text repeats itself.
package enum RepeatedRuns {
    /// Share of runs of four tokens that have stood in the text before, from 0 to 1.
    package static func share(of tokens: [Int]) -> Double {
        guard tokens.count >= 4 else { return 0 }
        let runs = (0...tokens.count - 4).map { Array(tokens[$0..<$0 + 4]) }
        return 1 - Double(Set(runs).count) / Double(runs.count)
    }
}
