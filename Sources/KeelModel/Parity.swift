internal import KeelTensor

/// How far two copies of one model, held on other devices or as other types, are apart at each step
/// of a forward pass.
public struct Parity {
    /// What is compared: an activation, or the logits.
    public struct Step: Sendable {
        /// A hook point, or `logits`.
        public let name: String
        /// The largest difference of two numbers, over the largest number of the reference.
        public let difference: Double
        /// Whether one of them holds what is no number.
        public let isBroken: Bool
    }

    /// In the order of the forward pass.
    public let steps: [Step]

    /// Reads a text with both.
    /// - Parameters:
    ///   - other: What is asked about.
    ///   - reference: What is taken for right.
    ///   - tokens: The text.
    /// - Throws: `ModelError.configuration` when the two are not of one shape; `TensorError`.
    public init(of other: LanguageModel, to reference: LanguageModel, tokens: [Int]) throws {
        let configuration = reference.model.configuration
        guard other.model.configuration == configuration else {
            throw ModelError.configuration("the two models are not of one shape")
        }
        let points = HookPoint.all(layers: configuration.numHiddenLayers)
        let expected = try Self.activations(of: reference, at: points, tokens)
        let found = try Self.activations(of: other, at: points, tokens)
        steps = try Engine.withoutGradients {
            try zip(points.map(\.description) + ["logits"], zip(expected, found)).map {
                let (expected, found) = $1
                let scale = try expected.abs().max().item()
                let difference = try (found - expected).abs().max().item()
                let isBroken = !difference.isFinite || !scale.isFinite
                return Step(
                    name: $0, difference: scale > 0 ? difference / scale : difference,
                    isBroken: isBroken)
            }
        }
    }

    /// The first step at which the two differ by more than a share of the largest number there.
    public func firstDifference(above tolerance: Double) -> Step? {
        steps.first { $0.isBroken || $0.difference > tolerance }
    }

    /// Of each point and of the logits, on the CPU, as float32.
    private static func activations(
        of language: LanguageModel, at points: [HookPoint], _ tokens: [Int]
    ) throws -> [Tensor] {
        try Engine.withoutGradients {
            var found: [HookPoint: Tensor] = [:]
            var hooks = Hooks()
            for point in points {
                hooks.at(point) {
                    found[point] = try $0.to(.float32, device: .cpu)
                    return nil
                }
            }
            let logits = try language.logits(tokens, hooks: hooks).to(.float32, device: .cpu)
            return points.compactMap { found[$0] } + [logits]
        }
    }
}
