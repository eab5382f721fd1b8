import KeelTensor

/// How active every latent is over a store.
public struct LatentActivity: Hashable, Sendable {
    /// Mean activation over all rows, by latent.
    public let means: [Double]

    /// Reads rows, some thousands at a time.
    /// - Parameters:
    ///   - autoencoder: Of activations at the store's hook point.
    ///   - store: What is read.
    ///   - rows: Which rows of it, at least one.
    ///   - onRows: Called with the number of rows read.
    /// - Throws: `InterpretabilityError.unsupported` where widths differ; `TensorError`;
    ///   `CancellationError`.
    public init(
        of autoencoder: SparseAutoencoder, on store: ActivationStore, rows: Range<Int>,
        onRows: (Int) -> Void = { _ in }
    ) throws {
        try autoencoder.checkFits(store)
        means = try Engine.withoutGradients {
            let sum = try Tensor.zeros([autoencoder.latents], type: .float64)
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 2048) {
                try Task.checkCancellation()
                let end = min(start + 2048, rows.upperBound)
                try sum.add(autoencoder.encode(store.rows(start..<end)).sum(0).to(.float64))
                onRows(end - rows.lowerBound)
            }
            return try (sum / Double(max(1, rows.count))).array(Double.self)
        }
    }

    /// The latents that are most active on average, the first the most; of an autoencoder of the
    /// difference of two models, those that say most of it.
    public func strongest(_ count: Int) -> [Int] {
        Array(means.indices.sorted { means[$0] > means[$1] }.prefix(count))
    }
}
