import KeelTensor

/// How well what was found on some domains tells the two models' answers apart in another.
public struct DomainHoldout: Hashable, Sendable, Codable {
    /// A way to score an answer, found on the other domains.
    public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
        /// Projection on the mean difference of the streams.
        case meanDifference = "mean difference"
        /// Projection on the direction of the latent that is nearest to the mean difference: what the
        /// decoder alone does, without any latent's activation.
        case projection = "projection on a latent's direction"
        /// The latent with the largest increase.
        case risingLatent = "rising latent"
        /// The latent with the largest decrease, turned round.
        case fallingLatent = "falling latent"
        /// The latent with the largest difference of attribution, by its activation.
        case attributedLatent = "latent by attribution"
        /// Projection on a random direction: what chance does.
        case random
    }

    /// What a score that was found on the other domains does on one.
    public struct Domain: Hashable, Sendable, Codable {
        public var domain: String
        /// How well the score tells the two models' answers apart there.
        public var separation: Separation
        /// The latent that was chosen.
        public var latent: Int?
    }

    /// How the score was found.
    public var method: Method
    /// In the order of their names.
    public var domains: [Domain]
    /// Mean AUROC over domains.
    public var auroc: Double {
        domains.reduce(0) { $0 + $1.separation.auroc } / Double(domains.count)
    }
    /// The same with an interval over domains; nil where all are alike.
    public var interval: MeasuredValue? {
        MeasuredValue(meanOf: domains.map { [$0.separation.auroc] })
    }

    /// Judges all methods, each domain held out in turn.
    /// - Parameters:
    ///   - own: Each model on its own answers.
    ///   - attribution: `[answers, S]`, to the answers of each.
    ///   - autoencoder: Whose latents are chosen from.
    ///   - domains: Of each answer.
    ///   - seed: Of the random direction.
    /// - Returns: None where there is one domain only.
    /// - Throws: `TensorError`.
    static func all(
        _ own: (base: DiffReading, tuned: DiffReading), attribution: (base: Tensor, tuned: Tensor),
        of autoencoder: SparseAutoencoder, domains: [String], seed: UInt64
    ) throws -> [DomainHoldout] {
        let names = Set(domains).sorted()
        guard names.count > 1 else { return [] }
        let noise = try Tensor.normal(
            [autoencoder.width], generator: RandomGenerator(seed: seed))
        var found: [Method: [Domain]] = [:]
        try Engine.withoutGradients {
            let units = try autoencoder.decoder / autoencoder.decoder.norm(1, keeping: true)
            for name in names {
                let held = try Tensor(domains.indices.filter { domains[$0] == name })
                let rest = try Tensor(domains.indices.filter { domains[$0] != name })
                func difference(_ tuned: Tensor, _ base: Tensor) throws -> Tensor {
                    try (tuned - base).indexed(0, by: rest).mean(0)
                }
                func judge(
                    _ method: Method, latent: Int? = nil, _ score: (DiffReading) throws -> Tensor
                ) throws {
                    let scores = try [own.tuned, own.base].map {
                        try score($0).indexed(0, by: held).to(.float64).array(Double.self)
                    }
                    guard let separation = Separation(positive: scores[0], negative: scores[1])
                    else { return }
                    found[method, default: []].append(
                        Domain(domain: name, separation: separation, latent: latent))
                }
                /// The latent where `value` is largest.
                func largest(_ value: Tensor) throws -> Int {
                    try Int(value.argmax(0).to(.float64).item())
                }
                let direction = try difference(own.tuned.stream, own.base.stream)
                try judge(.meanDifference) {
                    try $0.stream.matmul(direction.unsqueezed(1)).squeezed(1)
                }
                let projections = try units.matmul(direction.unsqueezed(1)).squeezed(1)
                let nearest = try largest(projections.abs())
                let side = try projections.selected(0, nearest).item() < 0 ? -1.0 : 1.0
                try judge(.projection, latent: nearest) {
                    let unit = try units.selected(0, nearest) * side
                    return try $0.stream.matmul(unit.unsqueezed(1)).squeezed(1)
                }
                let latents = try difference(own.tuned.latents, own.base.latents)
                let up = try largest(latents)
                let down = try largest(-latents)
                try judge(.risingLatent, latent: up) { try $0.latents.selected(1, up) }
                try judge(.fallingLatent, latent: down) { try -$0.latents.selected(1, down) }
                let effects = try difference(attribution.tuned, attribution.base)
                let cause = try largest(effects)
                let way = try latents.selected(0, cause).item() < 0 ? -1.0 : 1.0
                try judge(.attributedLatent, latent: cause) {
                    try $0.latents.selected(1, cause) * way
                }
                try judge(.random) { try $0.stream.matmul(noise.unsqueezed(1)).squeezed(1) }
            }
        }
        return Method.allCases.compactMap { method in
            found[method].map { DomainHoldout(method: method, domains: $0) }
        }
    }
}
