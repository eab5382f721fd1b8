public import KeelTensor

/// A change of the residual stream along a direction while a model runs (Turner 2023; Arditi 2024).
///
/// It acts on what leaves a block, `blocks.N.hook_resid_post`, where llama.cpp applies its control
/// vectors, too. The vector's length is what strength 1 means; Keel's own vectors are as long as the
/// median residual stream at their layer, directions of latents as long as activation 1 moves it.
public struct Steering: Hashable, Sendable {
    /// What is done to a residual stream `x`; `v` is the vector, `u` its direction of length 1.
    public enum Action: Hashable, Sendable {
        /// `x + s v`.
        case add(Double)
        /// `x - (x·u) u`: nothing of the direction is left.
        case remove
        /// `x + (s |v| - x·u) u`: there is as much of the direction as strength `s` means.
        case clamp(Double)
        /// `x + (s - f(x)) v`: the latent whose decoder row is `v` has activation `s`, and what the
        /// autoencoder does not explain stays (Templeton 2024).
        case activate(LatentReading, Double)
    }

    /// What a sparse autoencoder's encoder reads of one latent: `f(x) = relu(z) (z > θ)`, `z = w·x + b`.
    public struct LatentReading: Hashable, Sendable {
        /// `[C]`.
        public var weights: [Float]
        /// Added to the product before the threshold.
        public var bias: Double
        /// θ; 0 where the latent is a plain `relu`.
        public var threshold: Double

        public init(weights: [Float], bias: Double, threshold: Double) {
            self.weights = weights
            self.bias = bias
            self.threshold = threshold
        }

        /// - Parameter x: `[B, T, C]`.
        /// - Returns: `[B, T, 1]`, float32.
        /// - Throws: `TensorError`.
        func callAsFunction(_ x: Tensor) throws -> Tensor {
            let w = try Tensor(weights).to(device: x.device)
            let z = try (x.to(.float32) * w).sum(-1, keeping: true) + bias
            return try z.relu() * (z .> threshold).to(.float32)
        }
    }

    /// Which tokens are changed.
    public enum Positions: String, Hashable, Sendable, CaseIterable {
        /// Every token, the prompt's too.
        case all
        /// From the token on that the first token of the answer is predicted from.
        case answer
    }

    /// `[C]`.
    public var vector: [Float]
    /// The block whose output is changed, from 0.
    public var layer: Int
    /// What happens to the stream there.
    public var action: Action
    /// Where in the text.
    public var positions: Positions

    public init(
        vector: [Float], layer: Int, action: Action, positions: Positions = .all
    ) {
        self.vector = vector
        self.layer = layer
        self.action = action
        self.positions = positions
    }

    /// - Throws: `ModelError.configuration` when the model has no such layer, the vector is not as
    ///   wide as its stream or no direction, or the strength is no number.
    public func validate(for configuration: TransformerConfiguration) throws(ModelError) {
        try HookPoint.residPost(layer: layer).check(layers: configuration.numHiddenLayers)
        guard vector.count == configuration.hiddenSize else {
            throw .configuration(
                "a steering vector has \(vector.count) numbers, the model's stream "
                    + "\(configuration.hiddenSize)")
        }
        guard vector.allSatisfy(\.isFinite), vector.contains(where: { $0 != 0 }) else {
            throw .configuration("a steering vector is zero, or holds what is no number")
        }
        switch action {
        case .add(let strength), .clamp(let strength):
            guard strength.isFinite else {
                throw .configuration("the strength of steering is \(strength)")
            }
        case .remove: break
        case .activate(let latent, let activation):
            guard latent.weights.count == vector.count, activation.isFinite,
                latent.weights.allSatisfy(\.isFinite), latent.bias.isFinite,
                latent.threshold.isFinite
            else {
                throw .configuration(
                    "a latent's encoder has \(latent.weights.count) numbers where its direction has "
                        + "\(vector.count), or holds what is no number")
            }
        }
    }

    /// - Parameters:
    ///   - x: `[B, T, C]`.
    ///   - mask: 1 where `x` is changed and 0 elsewhere, broadcast to `[B, T, 1]`; nil for everywhere.
    /// - Returns: `[B, T, C]`.
    /// - Throws: `TensorError`.
    func apply(to x: Tensor, mask: Tensor?) throws -> Tensor {
        let type = try x.elementType()
        let v = try Tensor(vector).to(type, device: x.device)
        let change: Tensor
        switch action {
        case .add(let strength): change = try v * strength
        case .remove:
            let u = try v / v.norm()
            change = try -((x * u).sum(-1, keeping: true) * u)
        case .clamp(let strength):
            let length = try v.norm()
            let u = try v / length
            change = try (length * strength - (x * u).sum(-1, keeping: true)) * u
        case .activate(let latent, let activation):
            change = try (-latent(x) + activation).to(type) * v
        }
        return try x + (mask.map { try change * $0.to(type) } ?? change)
    }
}

extension Hooks {
    /// Changes the residual stream of every pass.
    /// - Parameters:
    ///   - steering: What is done.
    ///   - mask: 1 where the stream is changed and 0 elsewhere, broadcast to `[B, T, 1]`; nil for
    ///     everywhere.
    public mutating func steer(_ steering: Steering, mask: Tensor? = nil) {
        at(.residPost(layer: steering.layer)) { try steering.apply(to: $0, mask: mask) }
    }

    /// Hooks for one text whose answer begins to be predicted at position `start`, of `count` in all.
    init(steering: [Steering], answerFrom start: Int, count: Int, device: Device) throws {
        self.init()
        let mask = try Tensor(
            (0..<count).map { Float($0 >= start ? 1 : 0) }, shape: [1, count, 1]
        ).to(device: device)
        for one in steering { steer(one, mask: one.positions == .answer ? mask : nil) }
    }

    /// Hooks for one new token of each of several texts, each of which is steered by itself.
    ///
    /// What several texts share is done to all of them at once.
    init(rows: [[Steering]], device: Device) throws {
        self.init()
        var done: Set<Steering> = []
        for one in rows.flatMap(\.self) where done.insert(one).inserted {
            let has = rows.map { $0.contains(one) }
            let mask =
                has.allSatisfy(\.self)
                ? nil
                : try Tensor(has.map { Float($0 ? 1 : 0) }, shape: [rows.count, 1, 1])
                    .to(device: device)
            steer(one, mask: mask)
        }
    }
}
