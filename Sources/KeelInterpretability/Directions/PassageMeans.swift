public import KeelModel
public import KeelTensor

/// What a model's residual stream is on passages: averages over answers, and at the last token before.
public struct PassageMeans {
    /// Mean over each answer: `[passages, C]`, float32, for each layer that was read.
    public private(set) var answers: [Tensor] = []
    /// At the token that the first token of the answer is predicted from: `[passages, C]`.
    public private(set) var prompts: [Tensor] = []
    /// Median length of the stream over all tokens but the first of each passage, for each layer.
    public private(set) var medianLengths: [Double] = []

    /// Reads what leaves blocks.
    /// - Parameters:
    ///   - language: The model.
    ///   - passages: Chats with answers; where there is no answer, the last token counts as one.
    ///   - layers: Blocks, from 0.
    ///   - hooks: Actions on activations, before these are read.
    ///   - onPack: Called with the number of passages read.
    /// - Throws: `InterpretabilityError.unsupported` where there is no passage; `ModelError`,
    ///   `TensorError`; `CancellationError`.
    public init(
        _ language: LanguageModel, _ passages: [Passage], layers: [Int], hooks: Hooks = Hooks(),
        onPack: (Int) -> Void = { _ in }
    ) throws {
        guard !passages.isEmpty else {
            throw InterpretabilityError.unsupported("There is no passage to read.")
        }
        let points = layers.map { HookPoint.residPost(layer: $0) }
        var answers = layers.map { _ in [Tensor]() }
        var prompts = answers
        var lengths = layers.map { _ in [Float]() }
        var read = 0
        for pack in PackedPassages.packs(passages, tokens: 2048) {
            try Task.checkCancellation()
            let means = try Self.weights(pack)
            let activations = try pack.activations(at: points, of: language.model, hooks: hooks)
            for (index, activation) in activations.enumerated() {
                answers[index].append(try means.answers.matmul(activation))
                prompts[index].append(try activation.indexed(0, by: means.prompts))
                lengths[index] += try activation.indexed(0, by: means.notFirst).norm(1).array(
                    Float.self)
            }
            read += pack.passages.count
            onPack(read)
        }
        self.answers = try answers.map { try .concatenated($0, dimension: 0) }
        self.prompts = try prompts.map { try .concatenated($0, dimension: 0) }
        medianLengths = lengths.map { Double($0.sorted()[$0.count / 2]) }
    }

    /// Rows that average over each answer `[passages, T]`, and tokens that are read by themselves.
    private static func weights(_ pack: PackedPassages) throws -> (
        answers: Tensor, prompts: Tensor, notFirst: Tensor
    ) {
        let T = pack.count
        var rows: [Float] = []
        var prompts: [Int] = []
        var notFirst: [Int] = []
        var start = 0
        for passage in pack.passages {
            let n = passage.tokens.count
            let answer = passage.answer.isEmpty ? n - 1..<n : passage.answer
            var row = [Float](repeating: 0, count: T)
            for position in answer { row[start + position] = 1 / Float(answer.count) }
            rows += row
            prompts.append(start + max(0, answer.lowerBound - 1))
            notFirst += n == 1 ? [start] : Array(start + 1..<start + n)
            start += n
        }
        return (
            try Tensor(rows, shape: [pack.passages.count, T]), try Tensor(prompts),
            try Tensor(notFirst)
        )
    }
}
