import Foundation
import KeelLanguage
import KeelModel
import KeelRemote
import KeelTensor

/// A model that was found: files on this machine, or a connection.
enum ModelSource: Sendable {
    /// With the hashes of all that decides what the model says, and how its weights are stored.
    case local(ModelReference, Machine, identity: [String: String])
    case remote(RemoteChatModel)

    /// Finds a model: hashes its files, or connects to its address.
    init(
        _ name: String, adapters: [String] = [], on machine: Machine, limits: RemoteLimits
    ) async throws {
        guard RemoteAddress.isAddress(name) else {
            let reference = try ModelReference(named: name, adapters: adapters)
            var identity = try LanguageModel.identity(of: reference)
            identity["quantisation"] = LanguageModel.quantisation(of: reference.base)
            self = .local(reference, machine, identity: identity)
            return
        }
        guard adapters.isEmpty else {
            throw LanguageError.invalidReference(
                name, reason: "a server loads its own adapters; name the adapted model after #")
        }
        self = .remote(
            try await RemoteChatModel.connect(to: try RemoteAddress(name), limits: limits))
    }

    /// What a run cites, and what a command line takes.
    var name: String {
        switch self {
        case .local(let reference, _, _): reference.description
        case .remote(let model): model.name
        }
    }

    /// All that decides what the model says, as a run's configuration holds it.
    var facts: [String: String] {
        var facts: [String: String]
        switch self {
        case .local(_, let machine, let identity):
            facts = identity
            facts["engine"] = "libtorch \(Engine.version)"
            facts["device"] = machine.device.name
            facts.merge(machine.weights.facts) { $1 }
        case .remote(let model): facts = model.facts
        }
        facts["keel"] = Keel.version
        return facts
    }

    var isRemote: Bool {
        if case .remote = self { return true }
        return false
    }

    /// Makes the model ready, within a budget if there is one.
    /// - Parameters:
    ///   - maxBatch: The most answers that are written at once.
    ///   - budget: What it may cost.
    ///   - steering: How its residual stream is changed.
    ///   - directions: What its answers are read along, and may be pushed along.
    ///   - probe: What is read off a prompt before its answer.
    /// - Returns: A model that can be asked.
    /// - Throws: `LanguageError.invalidReference` where a model behind an address is to be steered or
    ///   read.
    func load(
        maxBatch: Int = 64, budget: TokenBudget? = nil, steering: [Steering] = [],
        directions: [SteeredChatModel.Direction] = [], probe: Reading? = nil
    ) async throws -> any ChatModel {
        let model: any ChatModel
        if !steering.isEmpty || !directions.isEmpty || probe != nil {
            model = try await steered(
                maxBatch: maxBatch, steering: steering, directions: directions, probe: probe)
        } else {
            switch self {
            case .local(let reference, let machine, _):
                model = try await LocalChatModel(
                    reference, device: machine.device, type: machine.weights.type,
                    weights: machine.weights.precision, maxBatch: maxBatch,
                    workers: machine.workers)
            case .remote(let remote): model = remote
            }
        }
        return budget.map { BudgetedChatModel(model, budget: $0) } ?? model
    }

    /// The same without a budget, for those who also ask what the unsteered model makes of it.
    func steered(
        maxBatch: Int = 64, steering: [Steering], directions: [SteeredChatModel.Direction] = [],
        probe: Reading? = nil
    ) async throws -> SteeredChatModel {
        guard case .local(let reference, let machine, _) = self else {
            throw LanguageError.invalidReference(
                name, reason: "steering, directions and probes need a model on this machine")
        }
        return SteeredChatModel(
            try await LocalChatModel(
                reference, device: machine.device, type: machine.weights.type,
                weights: machine.weights.precision, maxBatch: maxBatch, workers: machine.workers),
            steering: steering, directions: directions, probe: probe)
    }
}

extension ModelReference {
    /// A model on this machine; a path that exists is taken as it stands, plus signs included.
    init(named name: String, adapters: [String] = []) throws {
        self =
            FileManager.default.fileExists(atPath: name)
            ? ModelReference(base: name) : try ModelReference(name)
        self.adapters += adapters
    }
}
