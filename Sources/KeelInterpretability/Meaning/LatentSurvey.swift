import KeelStatistics
import KeelTensor

/// Where some latents are active in a store, over all levels of activation.
public struct LatentSurvey {
    /// A stretch of text around the token where a latent is strongest.
    public struct Example: Hashable, Sendable, Codable {
        /// Ids, in the order of the text.
        public var tokens: [Int]
        /// Of the latent, at each token.
        public var activations: [Double]
        /// The passage in the data, from 0.
        public var passage: Int
        /// Which of `tokens` the example was picked for.
        public var peak: Int
        /// Share of the latent's active tokens that are weaker, from 0 to 1; nil where it is silent.
        public var level: Double?
    }

    /// What activates one latent.
    public struct Latent: Hashable, Sendable, Codable {
        /// Its number in the autoencoder, from 0.
        public var latent: Int
        /// Share of tokens that activate it.
        public var density: Double
        /// Over tokens that activate it.
        public var mean: Double
        /// Activation at its strongest token.
        public var highest: Double
        /// Strongest passages first, then down through the levels.
        public var examples: [Example]
        /// Stretches picked at random where it is not active.
        public var silent: [Example]
    }

    /// In the order in which they were asked for.
    public let latents: [Latent]

    /// Reads a store once for all latents, then what stands around the examples.
    /// - Parameters:
    ///   - latents: Numbers of latents.
    ///   - autoencoder: Of activations at the store's hook point.
    ///   - store: What is read.
    ///   - rows: Which rows of it.
    ///   - strongest: Examples from the top, one a passage.
    ///   - levels: Examples from each tenth of the active tokens.
    ///   - context: Tokens on either side of an example's peak.
    ///   - seed: Of what is picked.
    ///   - onRows: Called with the number of rows read.
    /// - Throws: `InterpretabilityError.unsupported` for a latent that is not there; `TensorError`;
    ///   `CancellationError`.
    public init(
        of latents: [Int], in autoencoder: SparseAutoencoder, on store: ActivationStore,
        rows: Range<Int>, strongest: Int = 8, levels: Int = 1, context: Int = 12, seed: UInt64 = 0,
        onRows: (Int) -> Void = { _ in }
    ) throws {
        let read = try autoencoder.reader(of: latents)
        try autoencoder.checkFits(store)
        var active = latents.map { _ in [(row: Int, value: Float)]() }
        try Engine.withoutGradients {
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 2048) {
                try Task.checkCancellation()
                let end = min(start + 2048, rows.upperBound)
                let f = try read(store.rows(start..<end))
                let values = try f.transposed(0, 1).contiguous().array(Float.self)
                for latent in latents.indices {
                    for row in 0..<end - start where values[latent * (end - start) + row] > 0 {
                        active[latent].append((start + row, values[latent * (end - start) + row]))
                    }
                }
                onRows(end - rows.lowerBound)
            }
        }
        var random = SeededGenerator(seed: seed)
        self.latents = try latents.enumerated().map { index, latent in
            let sorted = active[index].sorted { $0.value > $1.value }
            func example(_ row: Int, level: Double?) throws -> Example {
                try Self.example(row, store, context: context, level: level) {
                    try read($0).selected(1, index)
                }
            }
            var passages: Set<Int> = []
            var picked: [Example] = []
            for (rank, entry) in sorted.enumerated() where picked.count < strongest {
                guard passages.insert(try store.source(entry.row).passage).inserted else {
                    continue
                }
                picked.append(
                    try example(
                        entry.row, level: 1 - Double(rank) / Double(max(1, sorted.count))))
            }
            for tenth in (0..<10).reversed() where sorted.count >= 10 {
                let part = sorted.indices.filter { ($0 * 10) / sorted.count == 9 - tenth }
                for _ in 0..<levels {
                    guard let rank = part.randomElement(using: &random) else { continue }
                    picked.append(
                        try example(
                            sorted[rank].row, level: 1 - Double(rank) / Double(sorted.count)))
                }
            }
            let on = Set(sorted.map(\.row))
            var silent: [Example] = []
            for _ in 0..<100 where silent.count < picked.count {
                let row = Int.random(in: rows, using: &random)
                let one = try example(row, level: nil)
                if !on.contains(row), one.activations.allSatisfy({ $0 == 0 }) { silent.append(one) }
            }
            let sum = sorted.reduce(0.0) { $0 + Double($1.value) }
            return Latent(
                latent: latent, density: Double(sorted.count) / Double(rows.count),
                mean: sorted.isEmpty ? 0 : sum / Double(sorted.count),
                highest: Double(sorted.first?.value ?? 0), examples: picked, silent: silent)
        }
    }

    /// The stretch of one passage around a row.
    private static func example(
        _ row: Int, _ store: ActivationStore, context: Int, level: Double?,
        activations: (Tensor) throws -> Tensor
    ) throws -> Example {
        let passage = try store.source(row).passage
        var first = row
        while first > 0, row - first < context, try store.source(first - 1).passage == passage {
            first -= 1
        }
        var end = row + 1
        while end < store.count, end - row <= context, try store.source(end).passage == passage {
            end += 1
        }
        let f = try Engine.withoutGradients { try activations(store.rows(first..<end)) }
        return Example(
            tokens: try (first..<end).map { try store.source($0).token },
            activations: try f.to(.float64).array(), passage: passage, peak: row - first,
            level: level)
    }
}
