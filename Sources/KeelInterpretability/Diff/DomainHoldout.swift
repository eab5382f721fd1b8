import KeelTensor

/// How well what was found on some domains tells the two models' answers apart in another.
public struct DomainHoldout: Hashable, Sendable, Codable {
    /// A way to score an answer, found on the other domains.
    public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
        /// Projection on the mean difference of the streams.
        case meanDifference = "mean difference"
        /// The latent with the largest increase.
        case risingLatent = "rising latent"
        /// The latent with the largest decrease, turned round.
        case fallingLatent = "falling latent"
        /// Projection on a random direction: what chance does.
        case random
    }

    public struct Domain: Hashable, Sendable, Codable {
        public var domain: String
        public var separation: Separation
        /// The latent that was chosen.
        public var latent: Int?
    }

    public var method: Method
    public var domains: [Domain]
    /// Mean AUROC over domains.
    public var auroc: Double {
        domains.reduce(0) { $0 + $1.separation.auroc } / Double(domains.count)
    }

    /// Judges all methods, each domain held out in turn.
    /// - Parameters:
    ///   - tuned: The tuned model on its own answers.
    ///   - base: The base model on its own.
    ///   - domains: Of each row of both.
    ///   - seed: Of the random direction.
    /// - Returns: None where there is one domain only.
    /// - Throws: `TensorError`.
    static func all(tuned: DiffReading, base: DiffReading, domains: [String], seed: UInt64) throws
        -> [DomainHoldout]
    {
        let names = Set(domains).sorted()
        guard names.count > 1 else { return [] }
        let noise = try Tensor.normal(
            [tuned.stream.size(1)], generator: RandomGenerator(seed: seed))
        var found: [Method: [Domain]] = [:]
        try Engine.withoutGradients {
            for name in names {
                let held = domains.indices.filter { domains[$0] == name }
                let rest = domains.indices.filter { domains[$0] != name }
                let (inside, outside) = try (Tensor(held), Tensor(rest))
                func difference(_ key: (DiffReading) -> Tensor) throws -> Tensor {
                    try (key(tuned) - key(base)).indexed(0, by: outside).mean(0)
                }
                func judge(
                    _ method: Method, latent: Int? = nil, _ score: (DiffReading) throws -> Tensor
                )
                    throws
                {
                    let scores = try [tuned, base].map {
                        try score($0).indexed(0, by: inside).to(.float64).array(Double.self)
                    }
                    guard let separation = Separation(positive: scores[0], negative: scores[1])
                    else { return }
                    found[method, default: []].append(
                        Domain(domain: name, separation: separation, latent: latent))
                }
                let direction = try difference(\.stream).unsqueezed(1)
                try judge(.meanDifference) { try $0.stream.matmul(direction).squeezed(1) }
                try judge(.random) { try $0.stream.matmul(noise.unsqueezed(1)).squeezed(1) }
                let latents = try difference(\.latents)
                let up = try Int(latents.argmax(0).to(.float64).item())
                let down = try Int((-latents).argmax(0).to(.float64).item())
                try judge(.risingLatent, latent: up) { try $0.latents.selected(1, up) }
                try judge(.fallingLatent, latent: down) { try -$0.latents.selected(1, down) }
            }
        }
        return Method.allCases.compactMap { method in
            found[method].map { DomainHoldout(method: method, domains: $0) }
        }
    }
}
