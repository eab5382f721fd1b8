import KeelModel
import KeelTensor

/// Log-probabilities of the tokens of passages' answers, in nats.
enum AnswerLogProbabilities {
    /// One for each token of the answers, passage by passage, recorded where gradients are recorded.
    ///
    /// Nothing precedes a passage's first token, so that one is never among them.
    static func tensor(of pack: PackedPassages, _ model: Transformer, hooks: Hooks = Hooks()) throws
        -> Tensor
    {
        var rows: [Int] = []
        var targets: [Int] = []
        var start = 0
        for passage in pack.passages {
            for position in passage.answer where position > 0 {
                rows.append(start + position - 1)
                targets.append(passage.tokens[position])
            }
            start += passage.tokens.count
        }
        let hidden = try model(
            pack.tokens(on: model.device),
            attention: SegmentedAttention(model, lengths: pack.passages.map(\.tokens.count)),
            hooks: hooks
        ).squeezed(0).indexed(0, by: Tensor(rows).to(device: model.device))
        return try model.logProbabilities(hidden, of: Tensor(targets).to(device: model.device))
            .values
    }

    /// The tokens' values for each passage; none for one without an answer.
    static func values(of passages: [Passage], _ model: Transformer, hooks: Hooks = Hooks()) throws
        -> [[Double]]
    {
        let counts = passages.map { $0.answer.count { $0 > 0 } }
        let answered = zip(passages, counts).filter { $0.1 > 0 }.map(\.0)
        var all: [Double] = []
        for pack in PackedPassages.packs(answered, tokens: 2048) {
            try Task.checkCancellation()
            all += try Engine.withoutGradients {
                try tensor(of: pack, model, hooks: hooks).to(.float64, device: .cpu)
                    .array(Double.self)
            }
        }
        var rest = all[...]
        return counts.map { count in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }
}
