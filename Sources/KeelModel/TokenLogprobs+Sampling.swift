internal import KeelLanguage

extension TokenLogprobs {
    /// What is told of a token that was drawn.
    /// - Parameters:
    ///   - token: The token.
    ///   - logprobs: Log-probabilities of all tokens, in nats.
    ///   - count: How many of the most probable to tell.
    ///   - bytes: What a token spells.
    init(_ token: Int, among logprobs: [Float], top count: Int, bytes: (Int) -> [UInt8]) {
        func candidate(_ token: Int) -> Candidate {
            Candidate(bytes: bytes(token), logprob: Double(logprobs[token]))
        }
        // Few of many are wanted, so they are kept in order while all are walked once.
        var best: [Int] = []
        if count > 0 {
            for token in logprobs.indices {
                if best.count == count, let last = best.last, logprobs[token] <= logprobs[last] {
                    continue
                }
                let place = best.firstIndex { logprobs[$0] < logprobs[token] } ?? best.count
                best.insert(token, at: place)
                if best.count > count { best.removeLast() }
            }
        }
        self.init(drawn: candidate(token), top: best.map(candidate))
    }
}
