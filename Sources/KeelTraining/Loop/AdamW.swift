public import KeelTensor

/// AdamW over named parameters, with its state (Loshchilov and Hutter 2019).
///
/// Parameters of fewer bits than float32 are trained on float32 copies, so that small steps are not
/// rounded away.
public final class AdamW {
    private let names: [String]
    private let parameters: [Tensor]
    /// What is updated: the parameters themselves, or their float32 copies.
    private let masters: [Tensor]
    private let means: [Tensor]
    private let squares: [Tensor]
    private let options: TrainingOptions
    /// Steps done.
    public private(set) var step = 0

    /// Marks all parameters as ones that gradients are collected for.
    /// - Throws: `TensorError` when they can't be.
    public init(_ parameters: [(name: String, value: Tensor)], options: TrainingOptions) throws {
        self.options = options
        names = parameters.map(\.name)
        self.parameters = parameters.map(\.value)
        masters = try self.parameters.map { parameter in
            switch try parameter.elementType() {
            case .float32, .float64: try parameter.detached()
            default: try parameter.detached().to(.float32)
            }
        }
        func zeros(_ tensor: Tensor) throws -> Tensor {
            try .zeros(tensor.shape, type: tensor.elementType(), device: tensor.device)
        }
        means = try masters.map(zeros)
        squares = try masters.map(zeros)
        for parameter in self.parameters { try parameter.requireGradient() }
    }

    /// Gradients of all parameters, in their order; a parameter that the loss did not touch has zeros.
    public func gradients() throws -> [Tensor] {
        try parameters.map {
            try $0.gradient ?? .zeros($0.shape, type: $0.elementType(), device: $0.device)
        }
    }

    /// Scales gradients down to a norm, as `torch.nn.utils.clip_grad_norm_` does.
    /// - Parameters:
    ///   - gradients: Changed in place.
    ///   - limit: Of the norm over all of them; 0 for none.
    /// - Returns: The norm before.
    /// - Throws: `TensorError`.
    public func clip(_ gradients: [Tensor], to limit: Double) throws -> Double {
        let norms = try gradients.map { try $0.norm().to(.float32, device: .cpu) }
        let norm = try Tensor.stacked(norms).norm().item()
        let factor = limit / (norm + 1e-6)
        if limit > 0, factor < 1 { for gradient in gradients { try gradient.scale(by: factor) } }
        return norm
    }

    /// Moves all parameters against their gradients, and forgets these.
    public func step(_ gradients: [Tensor], rate: Double) throws {
        step += 1
        try Engine.withoutGradients {
            let gradients = try zip(gradients, masters).map { try $0.to($1.elementType()) }
            try Tensor.adamW(
                masters, gradients: gradients, means: means, squares: squares, step: step,
                rate: rate, betas: (options.beta1, options.beta2), decay: options.weightDecay,
                epsilon: options.epsilon)
            for (parameter, master) in zip(parameters, masters) {
                if try parameter.elementType() != master.elementType() {
                    try parameter.detached().assign(master)
                }
                try parameter.clearGradient()
            }
        }
    }

    /// All that the next step depends on, by name.
    var state: [(name: String, value: Tensor)] {
        zip(names, zip(masters, zip(means, squares))).flatMap { name, values in
            [
                ("parameter." + name, values.0), ("mean." + name, values.1.0),
                ("square." + name, values.1.1),
            ]
        }
    }

    /// Goes on from a state that was saved.
    /// - Throws: `TrainingError.checkpoint` when it is the state of something else.
    func restore(_ saved: [String: Tensor], step: Int, path: String) throws {
        let state = state
        guard saved.count == state.count else {
            throw TrainingError.checkpoint(
                path: path, reason: "it holds \(saved.count) tensors, \(state.count) are needed")
        }
        try Engine.withoutGradients {
            for (name, value) in state {
                guard let stored = saved[name], stored.shape == value.shape else {
                    throw TrainingError.checkpoint(
                        path: path, reason: "\"\(name)\" is missing or has another shape")
                }
                try value.assign(stored)
            }
            for (parameter, master) in zip(parameters, masters) {
                try parameter.detached().assign(master)
            }
        }
        self.step = step
    }
}
