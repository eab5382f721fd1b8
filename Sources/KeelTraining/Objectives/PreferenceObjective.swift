public import KeelModel
import KeelTensor

/// Two answers to one prompt, and how sure it is that the first is better.
public struct PreferencePair: Hashable, Sendable {
    /// Prompt and better answer; the answer is the target.
    public var chosen: Example
    /// The same prompt and the worse answer.
    public var rejected: Example
    /// Probability that chosen is better.
    public var probability: Double

    public init(chosen: Example, rejected: Example, probability: Double = 1) {
        self.chosen = chosen
        self.rejected = rejected
        self.probability = probability
    }
}

/// Direct preference optimisation and its kin, on pairs of answers.
///
/// The reference is the same model with the trained adapter off, so it needs no memory of its own.
public final class PreferenceObjective: Objective {
    /// Settings of the method.
    public struct Options: Hashable, Sendable, Codable {
        /// What the difference of the two log-ratios is put into.
        public var loss = PreferenceLoss.sigmoid
        /// How much it costs to leave the reference; above 0.
        public var beta = 0.1
        /// Weight of `−log π(y⁺)` per token, which keeps chosen answers probable (Pang 2024); 0 is off.
        public var likelihoodWeight = 0.0
        /// Probability that a label is flipped, below ½; the probabilities of rows are drawn in by it.
        public var labelSmoothing = 0.0

        public init() {}

        /// The probability that chosen is better, drawn in by label smoothing.
        func probability(_ stated: Double) -> Double {
            stated * (1 - labelSmoothing) + (1 - stated) * labelSmoothing
        }

        /// Refuses a label that says nothing, since the robust loss divides by `2p − 1`.
        /// - Throws: `RowError`.
        func validate(_ row: PreferenceRow) throws {
            let p = probability(row.probability)
            guard loss == .robust, abs(2 * p - 1) < 1e-3 else { return }
            throw RowError(
                field: "chosen_probability",
                reason: "smoothed, it is \(p), and the robust loss divides by twice its distance "
                    + "from 0.5. Take the row out, or choose another loss.")
        }
    }

    /// A pair, and what the reference thinks of it.
    public struct Item {
        var pair: PreferencePair
        var chosenReference: Double
        var rejectedReference: Double
    }

    private let model: Transformer
    private let adapter: LoRA
    private let options: Options

    /// - Parameters:
    ///   - model: With the adapter attached.
    ///   - adapter: What is trained; off, the model is the reference.
    ///   - options: Settings of the method.
    public init(_ model: Transformer, adapter: LoRA, options: Options = Options()) {
        self.model = model
        self.adapter = adapter
        self.options = options
    }

    public func items(for rows: [PreferencePair], step: Int) throws -> [Item] {
        let parts = rows.parts(maxCount: .max, maxSize: 4096) { pair in
            pair.chosen.tokens.count + pair.rejected.tokens.count
        }
        return try parts.flatMap { pairs in
            let batch = PackedBatch(pairs.map(\.chosen) + pairs.map(\.rejected))
            let sums: [Double] = try Engine.withoutGradients {
                try adapter.whileOff {
                    try batch.sums(batch.logProbabilities(model, ForwardPass()).values)
                }.to(.float64).array()
            }
            return pairs.indices.map {
                Item(
                    pair: pairs[$0], chosenReference: sums[$0],
                    rejectedReference: sums[pairs.count + $0])
            }
        }
    }

    public func weight(of item: Item) -> Double { 1 }
    public func tokens(of item: Item) -> Int {
        item.pair.chosen.tokens.count + item.pair.rejected.tokens.count
    }

    public func loss(of items: [Item], _ pass: ForwardPass) throws -> Loss {
        let n = items.count
        let batch = PackedBatch(items.map(\.pair.chosen) + items.map(\.pair.rejected))
        let sums = try batch.sums(batch.logProbabilities(model, pass).values).to(device: .cpu)
        func column(_ values: [Double]) throws -> Tensor {
            try Tensor(values).to(sums.elementType())
        }
        let (chosen, rejected) = (try sums.narrowed(0, 0..<n), try sums.narrowed(0, n..<2 * n))
        let chosenRatios = try chosen - column(items.map(\.chosenReference))
        let rejectedRatios = try rejected - column(items.map(\.rejectedReference))
        let lengths = try column(batch.targetCounts.map(Double.init))
        let chosenLengths = try lengths.narrowed(0, 0..<n)
        var losses = try options.loss(
            chosen: chosenRatios, rejected: rejectedRatios, chosenLengths: chosenLengths,
            rejectedLengths: lengths.narrowed(0, n..<2 * n),
            probabilities: column(
                items.map { options.probability($0.pair.probability) }), beta: options.beta)
        if options.likelihoodWeight > 0 {
            losses = try losses - chosen / chosenLengths * options.likelihoodWeight
        }
        return Loss(
            sum: try losses.sum(),
            means: try Engine.withoutGradients {
                try means(
                    losses, chosen, rejected, chosenRatios, rejectedRatios, batch.targetCounts)
            })
    }

    /// The names are TRL's; the lengths, in tokens, are Keel's own.
    private func means(
        _ losses: Tensor, _ chosen: Tensor, _ rejected: Tensor, _ chosenRatios: Tensor,
        _ rejectedRatios: Tensor, _ lengths: [Int]
    ) throws -> Means {
        let n = losses.count
        let margins = try chosenRatios - rejectedRatios
        var means = Means()
        for (name, values) in [
            ("loss", losses), ("logps/chosen", chosen), ("logps/rejected", rejected),
            ("rewards/chosen", try chosenRatios * options.beta),
            ("rewards/rejected", try rejectedRatios * options.beta),
            ("rewards/margins", try margins * options.beta),
            ("rewards/accuracies", try (margins .> 0).to(.float32)),
        ] {
            means.add(name, sum: try values.sum().item(), weight: Double(n))
        }
        for (name, side) in [("chosen", lengths.prefix(n)), ("rejected", lengths.suffix(n))] {
            means.add("lengths/\(name)", sum: Double(side.reduce(0, +)), weight: Double(n))
        }
        return means
    }
}
