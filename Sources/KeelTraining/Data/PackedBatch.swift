public import KeelModel
import KeelTensor

/// Examples one behind the other in one row, none seeing another and nothing padded.
struct PackedBatch {
    let tokens: [Int]
    /// Tokens of each example.
    let lengths: [Int]
    /// Positions whose next token is a target.
    private let rows: [Int]
    private let targets: [Int]
    /// Targets of each example.
    let targetCounts: [Int]
    /// `rows` without those that begin an example, whose stream is unlike any other's.
    private let watched: [Int]

    init(_ examples: [Example]) {
        tokens = examples.flatMap(\.tokens)
        lengths = examples.map(\.tokens.count)
        targetCounts = examples.map(\.targetCount)
        var (rows, targets, start): ([Int], [Int], Int) = ([], [], 0)
        var watched: [Int] = []
        for example in examples {
            for index in example.tokens.indices.dropFirst() where example.isTarget[index] {
                rows.append(start + index - 1)
                targets.append(example.tokens[index])
                if index > 1 { watched.append(start + index - 1) }
            }
            start += example.tokens.count
        }
        self.rows = rows
        self.targets = targets
        self.watched = watched
    }

    /// The stream before every target, in order, ready for the output layer: `[M, C]`.
    func hiddenBeforeTargets(_ model: Transformer, _ pass: ForwardPass) throws -> Tensor {
        for tell in pass.onBatch { tell(watched) }
        let input = try Tensor(tokens, shape: [1, tokens.count]).to(device: model.device)
        let hidden = try model(
            input, attention: SegmentedAttention(model, lengths: lengths), hooks: pass.hooks,
            checkpointing: pass.checkpointing
        ).squeezed(0)
        return try hidden.indexed(0, by: Tensor(rows).to(device: model.device))
    }

    /// Log-probability of every target, in order: `[M]`, in nats; and whether each was the likeliest.
    ///
    /// The output layer is computed for the positions before targets only.
    func logProbabilities(_ model: Transformer, _ pass: ForwardPass) throws -> (
        values: Tensor, areLikeliest: Tensor
    ) {
        try model.logProbabilities(
            hiddenBeforeTargets(model, pass), of: Tensor(targets).to(device: model.device))
    }

    /// Sums over each example of one value for each target: `[M]` gives `[examples]`.
    func sums(_ values: Tensor) throws -> Tensor {
        let owners = targetCounts.enumerated().flatMap { Array(repeating: $0, count: $1) }
        let zeros = try Tensor.zeros(
            [targetCounts.count], type: values.elementType(), device: values.device)
        return try zeros.scatterAdded(0, at: Tensor(owners).to(device: values.device), values)
    }
}

/// How a model is run for a loss.
public struct ForwardPass {
    /// Actions on activations; monitors use them.
    public var hooks = Hooks()
    /// Told, each time before the model runs, at which of the packed positions a token is predicted that
    /// is trained on; positions that begin a text are left out.
    public var onBatch: [(_ positions: [Int]) -> Void] = []
    /// Whether activations inside blocks are computed again instead of kept.
    public var checkpointing = false

    public init(hooks: Hooks = Hooks(), checkpointing: Bool = false) {
        self.hooks = hooks
        self.checkpointing = checkpointing
    }
}
