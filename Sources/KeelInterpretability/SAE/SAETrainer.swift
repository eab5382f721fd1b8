import Foundation
import KeelFormats
import KeelModel
import KeelTensor

/// Trains a sparse autoencoder on harvested activations.
///
/// A step: read a batch, take the loss, revive what is dead, step by Adam, bring decoder rows back to
/// length 1. Activations are scaled so that their mean length is √C; the result is given in their own
/// units, so a latent's activation says how far the stream goes along its direction.
public final class SAETrainer {
    private let store: ActivationStore
    private let options: SAETrainingOptions
    private let folder: SAERunFolder
    private let weights: SAEWeights
    private let objective: any SAEObjective
    private let parameters: [(name: String, value: Tensor)]
    private let means: [Tensor]
    private let squares: [Tensor]
    /// What activations are multiplied by.
    private let scale: Double
    /// Mean squared distance of scaled activations from their mean.
    private let variance: Double
    private var order: ActivationOrder
    /// Tokens read when each latent was last active: `[S]`.
    private let lastActive: Tensor
    private var step = 0
    /// Optimiser steps of the whole training.
    public let totalSteps: Int
    /// Rows that are only measured.
    public let heldOut: Range<Int>

    /// How far training is.
    public struct Progress: Sendable {
        /// Optimiser steps done.
        public var step: Int
        /// Of the whole training.
        public var totalSteps: Int
        /// `loss`, its terms, `explained_variance`, `l0`, `dead`, `learning_rate`,
        /// `tokens_per_second`.
        public var metrics: [String: Double]
    }

    /// - Parameters:
    ///   - store: Activations of one hook point.
    ///   - options: How.
    ///   - folder: Where metrics, checkpoints and the result go; work there is gone on with.
    /// - Throws: `InterpretabilityError`, `TensorError`.
    public init(_ store: ActivationStore, options: SAETrainingOptions, folder: String) throws {
        try options.validate()
        self.store = store
        self.options = options
        let held = max(1, Int(Double(store.count) * options.heldOut))
        let trained = store.count - held
        guard trained >= 2 else {
            throw InterpretabilityError.unsupported("\(store.count) rows are too few to train on.")
        }
        heldOut = trained..<store.count
        order = ActivationOrder(
            count: trained, batchSize: options.batchSize, seed: options.seed)
        totalSteps = max(1, Int((Double(order.stepsOfPass) * options.passes).rounded(.up)))
        self.folder = try SAERunFolder(path: folder, store: store, options: options)

        let sample = try store.rows(
            Array(stride(from: 0, to: trained, by: max(1, trained / 8192))).prefix(8192).map(\.self)
        )
        let length = try sample.norm(1).mean().item()
        guard length > 0, length.isFinite else {
            throw InterpretabilityError.unsupported("The activations are zero, or no numbers.")
        }
        scale = Double(store.width).squareRoot() / length
        let scaled = try sample * scale
        variance = try (scaled - scaled.mean(0)).square().sum(1).mean().item()
        weights = try SAEWeights(
            latents: options.latents, center: Self.geometricMedian(scaled),
            generator: RandomGenerator(seed: options.seed))
        objective =
            switch options.architecture {
            case .topK: try TopKObjective(k: options.k, wholeBatch: false)
            case .batchTopK: try TopKObjective(k: options.k, wholeBatch: true)
            case .jumpReLU:
                try JumpReLUObjective(
                    sparsity: options.sparsity, latents: options.latents, width: store.width)
            case .standard: StandardObjective(sparsity: options.sparsity)
            }
        parameters = weights.named + objective.parameters
        means = try parameters.map { try .zeros($0.value.shape) }
        squares = try parameters.map { try .zeros($0.value.shape) }
        lastActive = try .zeros([options.latents], type: .float64)
        for (_, value) in parameters { try value.requireGradient() }
    }

    /// Trains from the last checkpoint on, or from the start, and writes the result.
    /// - Parameter onStep: Called after each step.
    /// - Returns: The autoencoder, which is also in the run's folder.
    /// - Throws: `CancellationError` after a checkpoint when the task is cancelled;
    ///   `InterpretabilityError.diverged`; `FileError`, `TensorError`.
    public func run(onStep: (Progress) -> Void = { _ in }) throws -> SparseAutoencoder {
        if let saved = try folder.lastCheckpoint(state) { step = saved }
        do {
            while step < totalSteps {
                try Task.checkCancellation()
                let start = ContinuousClock.now
                var metrics = try advance()
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                metrics["tokens_per_second"] = Double(order.batchSize) / seconds
                if step.isMultiple(of: options.logEvery) || step == totalSteps {
                    try folder.log(metrics, step: step, tokens: step * order.batchSize)
                }
                if step.isMultiple(of: options.saveEvery) { try folder.save(state, step: step) }
                onStep(Progress(step: step, totalSteps: totalSteps, metrics: metrics))
            }
        } catch is CancellationError {
            try folder.save(state, step: step)
            throw CancellationError()
        }
        try folder.save(state, step: step)
        let result = try autoencoder()
        try folder.write(result)
        return result
    }

    /// One batch, one step.
    private func advance() throws -> [String: Double] {
        let x = try Engine.withoutGradients { try store.rows(order.batch(step)) * scale }
        var loss = try objective.loss(
            x, weights, progress: Double(step) / Double(totalSteps))
        let dead = try deadLatents()
        if let term = try AuxiliaryLoss.term(x, loss, dead: dead, weights) {
            loss.terms.append(("aux", term))
        }
        var total = loss.terms[0].value
        for term in loss.terms.dropFirst() { total = try total + term.value }
        let value = try total.detached().item()
        guard value.isFinite else { throw InterpretabilityError.diverged(step: step + 1) }
        try total.backward()
        let rate = options.rate * rateShare
        let norm = try Engine.withoutGradients { try update(rate) }
        step += 1
        let tokens = Double(x.size(0))
        let active = try loss.activeCounts.array(Float.self)
        try lastActive.assign(
            (loss.activeCounts .> 0).select(
                .full(Double(step * order.batchSize), shape: [options.latents], type: .float64),
                else: lastActive))
        var metrics = [
            "loss": value, "learning_rate": rate, "grad_norm": norm,
            "l0": active.reduce(0) { $0 + Double($1) } / tokens,
            "dead": Double(dead.count) / Double(options.latents),
        ]
        for (name, term) in loss.terms { metrics["loss/\(name)"] = try term.detached().item() }
        metrics["explained_variance"] = 1 - (metrics["loss/mse"] ?? 0) / variance
        return metrics
    }

    /// Rises over the first steps, up to a twentieth, and falls to 0 over the last fifth.
    private var rateShare: Double {
        let total = Double(totalSteps), done = Double(step)
        let warmup = min(1000, total / 20)
        return min(1, (done + 1) / max(1, warmup), (total - done) / max(1, total / 5))
    }

    /// Adam on all parameters, in place; decoder rows keep length 1 (Bricken 2023).
    private func update(_ rate: Double) throws -> Double {
        let values = try parameters.map { try $0.value.detached() }
        var gradients = try parameters.map { try $0.value.gradient ?? .zeros($0.value.shape) }
        // What would only stretch a row is taken out, as it would be undone below.
        let decoder = try weights.decoder.detached()
        gradients[2] = try gradients[2] - (gradients[2] * decoder).sum(1, keeping: true) * decoder
        let norm = try Tensor.stacked(gradients.map { try $0.norm() }).norm().item()
        if norm > 1 { for gradient in gradients { try gradient.scale(by: 1 / norm) } }
        try Tensor.adamW(
            values, gradients: gradients, means: means, squares: squares, step: step + 1,
            rate: rate, betas: (0.9, 0.999), decay: 0, epsilon: 6.25e-10)
        try decoder.assign(decoder / decoder.norm(1, keeping: true))
        for (_, value) in parameters { try value.clearGradient() }
        return norm
    }

    private func deadLatents() throws -> [Int] {
        let read = step * order.batchSize
        let limit = options.deadAfter ?? min(10_000_000, order.stepsOfPass * order.batchSize)
        guard read > limit else { return [] }
        return try lastActive.array(Double.self).enumerated()
            .filter { Double(read) - $0.element > Double(limit) }.map(\.offset)
    }

    /// All that the next step depends on, by name.
    private var state: [(name: String, value: Tensor)] {
        var state = objective.state + [("last_active", lastActive)]
        for (index, (name, value)) in parameters.enumerated() {
            state += [(name, value), ("mean.\(name)", means[index])]
            state.append(("square.\(name)", squares[index]))
        }
        return state
    }

    /// The autoencoder as it is now, in the activations' own units.
    private func autoencoder() throws -> SparseAutoencoder {
        try Engine.withoutGradients {
            SparseAutoencoder(
                activation: try objective.activation(scale: scale),
                encoder: try weights.encoder.detached(),
                encoderBias: try weights.encoderBias.detached() / scale,
                decoder: try weights.decoder.detached(),
                decoderBias: try weights.decoderBias.detached() / scale)
        }
    }

    /// The point whose distances to all rows add up to the least (Weiszfeld's steps): `[C]`.
    private static func geometricMedian(_ x: Tensor) throws -> Tensor {
        var median = try x.mean(0)
        for _ in 0..<20 {
            let nearness = try (x - median).norm(1, keeping: true).clamped(to: 1e-6...1e30)
            let weight = try Tensor.full(1, shape: [1]) / nearness
            median = try (x * weight).sum(0) / weight.sum()
        }
        return median
    }
}
