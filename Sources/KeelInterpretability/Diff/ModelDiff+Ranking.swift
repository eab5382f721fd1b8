import KeelTensor

extension ModelDiff {
    /// Attribution of every latent to each answer: `[answers, S]`.
    func attribution(_ passages: [Passage]) throws -> Tensor {
        try .stacked(
            passages.map { passage in
                try Task.checkCancellation()
                return try LatentAttribution.values(passage, base, autoencoder, layer: layer)
            })
    }

    /// How each latent differs.
    /// - Parameters:
    ///   - own: Each model on its own answers.
    ///   - other: Each on the other's.
    ///   - attribution: To the answers of each.
    /// - Returns: All latents, the largest increase first.
    /// - Throws: `TensorError`.
    func changes(
        _ own: (base: DiffReading, tuned: DiffReading),
        _ other: (base: DiffReading, tuned: DiffReading),
        _ attribution: (base: Tensor, tuned: Tensor)
    ) throws -> [LatentChange] {
        try Engine.withoutGradients {
            func values(_ x: Tensor) throws -> [Double] { try x.to(.float64).array() }
            let before = try values(own.base.latents.mean(0))
            let after = try values(own.tuned.latents.mean(0))
            let same = try values(
                (own.tuned.latents - other.base.latents).mean(0)
                    + (other.tuned.latents - own.base.latents).mean(0))
            let stream = try (own.tuned.stream - own.base.stream).mean(0)
            let lengths = try autoencoder.decoder.norm(1)
            let projection = try values(
                autoencoder.decoder.matmul(stream.unsqueezed(1)).squeezed(1) / lengths)
            let effects = try values(attribution.tuned.mean(0) - attribution.base.mean(0))
            // Questions are what repeats; answers to one are averaged.
            let byQuestion = try values(
                (own.tuned.latents - own.base.latents)
                    .reshaped(questions.count, options.samples, autoencoder.latents).mean(1))
            var all = before.indices.map { latent in
                let cluster = questions.indices.map {
                    [byQuestion[$0 * autoencoder.latents + latent]]
                }
                return LatentChange(
                    latent: latent, base: before[latent], tuned: after[latent],
                    interval: MeasuredValue(meanOf: cluster),
                    onSameText: same[latent] / 2, attribution: effects[latent],
                    projection: projection[latent])
            }
            func rank(
                _ key: KeyPath<LatentChange, Double>, _ place: WritableKeyPath<LatentChange, Int>
            ) {
                let order = all.indices.sorted { all[$0][keyPath: key] > all[$1][keyPath: key] }
                for (rank, index) in order.enumerated() { all[index][keyPath: place] = rank + 1 }
            }
            rank(\.change, \.rank)
            rank(\.attribution, \.attributionRank)
            rank(\.projection, \.projectionRank)
            return all.sorted { $0.rank < $1.rank }
        }
    }
}
