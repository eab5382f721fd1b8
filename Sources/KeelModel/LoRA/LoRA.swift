public import KeelFormats
public import KeelTensor

/// A low-rank adapter (Hu 2021): an update `scale · B A` for each of some linear layers of a model.
///
/// It changes a model only while it is attached and on. Any number of adapters can be attached; they
/// add up.
public final class LoRA {
    public let configuration: PEFTConfiguration
    /// Updates by the checkpoint path of their layer, such as `model.layers.0.self_attn.q_proj`.
    package let updates: [String: LowRank]

    package init(_ configuration: PEFTConfiguration, updates: [String: LowRank]) {
        self.configuration = configuration
        self.updates = updates
    }

    /// A new adapter that changes nothing yet: A is drawn as PEFT draws it (uniform in ±1/√in), B is 0.
    /// - Parameters:
    ///   - configuration: Rank, scale, and which layers.
    ///   - model: Whose layers are meant; the adapter is not attached to it yet.
    ///   - seed: Decides A.
    /// - Throws: `ModelError.adapter` when no layer is meant, or a name means none.
    public init(_ configuration: PEFTConfiguration, for model: Transformer, seed: UInt64) throws {
        let generator = try RandomGenerator(seed: seed)
        var updates: [String: LowRank] = [:]
        for path in try configuration.modules(of: model) {
            guard let linear = model.linears[path] else { continue }
            let (rank, scale) = configuration.shape(of: path)
            let (output, input) = (linear.shape[0], linear.shape[1])
            let uniform = try Tensor.uniform([rank, input], generator: generator)
            let a = try (uniform * 2 - 1) / Double(input).squareRoot()
            updates[path] = LowRank(
                a: try a.to(device: model.device),
                b: try .zeros([output, rank], device: model.device), scale: scale)
        }
        self.configuration = configuration
        self.updates = updates
    }

    /// Whether the adapter changes the model that it is attached to.
    public var isOn: Bool {
        get { updates.values.allSatisfy(\.isOn) }
        set { for update in updates.values { update.isOn = newValue } }
    }

    /// Runs `body` with the adapter off: the model it was attached to, as it was before.
    public func whileOff<Result>(_ body: () throws -> Result) rethrows -> Result {
        let former = isOn
        isOn = false
        defer { isOn = former }
        return try body()
    }

    /// Adds the adapter to a model.
    /// - Throws: `ModelError.adapter` for an update that fits no layer: none is skipped.
    public func attach(to model: Transformer) throws {
        let linears = model.linears
        for (path, update) in updates.sorted(by: { $0.key < $1.key }) {
            guard let linear = linears[path] else {
                throw ModelError.adapter(
                    path: path, reason: "the update \"\(path)\" belongs to no layer of the model")
            }
            let shape = [update.b.size(0), update.a.size(1)]
            guard linear.shape == shape else {
                throw ModelError.weightShape(name: path, found: shape, expected: linear.shape)
            }
        }
        for (path, update) in updates { linears[path]?.updates.append(update) }
    }

    /// Takes the adapter off a model again.
    public func detach(from model: Transformer) {
        for (path, update) in updates {
            model.linears[path]?.updates.removeAll { $0 === update }
        }
    }

    /// What is trained, by the names it has in a PEFT file, in a fixed order.
    public var parameters: [(name: String, value: Tensor)] {
        updates.sorted { $0.key < $1.key }.flatMap { path, update in
            [
                (PEFTName.a(path), update.a), (PEFTName.b(path), update.b),
            ]
        }
    }

    /// Puts the update into the weights, which must be plain (loaded without packing).
    /// - Throws: `ModelError.adapter` for packed weights or a layer that is not there.
    public func merge(into model: Transformer) throws {
        let linears = model.linears
        try Engine.withoutGradients {
            for (path, update) in updates {
                guard let weight = linears[path]?.weight.plain else {
                    throw ModelError.adapter(
                        path: path, reason: "only plain weights of the model can take it in")
                }
                try weight.add(update.b.matmul(update.a), scale: update.scale)
            }
        }
    }

    /// The adapter that does what all of these do together, exactly, by concatenating ranks:
    /// `Σ wᵢ sᵢ Bᵢ Aᵢ = [w₁s₁B₁ …] [A₁; …]`.
    ///
    /// Adding up A and B by themselves, as a linear merge does, is something else: `(ΣB)(ΣA)` has
    /// cross terms. Where an adapter leaves a layer alone, its ranks are zeros, so all have one rank.
    /// - Parameters:
    ///   - adapters: At least one.
    ///   - weights: A factor for each; 1 if left out.
    /// - Returns: An adapter of scale 1, not attached.
    /// - Throws: `ModelError.adapter` when there is none, or layers have different shapes.
    public static func sum(_ adapters: [LoRA], weights: [Double]? = nil) throws -> LoRA {
        let weights = weights ?? adapters.map { _ in 1 }
        guard let first = adapters.first, weights.count == adapters.count else {
            throw ModelError.adapter(
                path: "sum", reason: "it needs at least one adapter, and a weight for each")
        }
        let ranks = adapters.map { $0.updates.values.map { $0.a.size(0) }.max() ?? 0 }
        let names = Set(adapters.flatMap(\.updates.keys)).sorted()
        var updates: [String: LowRank] = [:]
        for name in names {
            guard let shape = adapters.lazy.compactMap({ $0.updates[name] }).first else { continue }
            let (input, output) = (shape.a.size(1), shape.b.size(0))
            var (a, b): ([Tensor], [Tensor]) = ([], [])
            for ((adapter, weight), rank) in zip(zip(adapters, weights), ranks) {
                var missing = rank
                if let update = adapter.updates[name] {
                    a.append(update.a)
                    b.append(try update.b * (weight * update.scale))
                    missing -= update.a.size(0)
                }
                if missing > 0 {
                    a.append(try .zeros([missing, input], device: shape.a.device))
                    b.append(try .zeros([output, missing], device: shape.a.device))
                }
            }
            updates[name] = LowRank(
                a: try .concatenated(a, dimension: 0), b: try .concatenated(b, dimension: 1),
                scale: 1)
        }
        let rank = ranks.reduce(0, +)
        return LoRA(
            PEFTConfiguration(
                rank: rank, alpha: Double(rank), targets: .names(names),
                baseModel: first.configuration.baseModel), updates: updates)
    }
}

/// How PEFT names the tensors of an adapter file.
enum PEFTName {
    static let prefix = "base_model.model."
    static func a(_ path: String) -> String { "\(prefix)\(path).lora_A.weight" }
    static func b(_ path: String) -> String { "\(prefix)\(path).lora_B.weight" }
}
