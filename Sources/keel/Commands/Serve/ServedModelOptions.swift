import ArgumentParser
import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelServer

/// Which models are served, and under which names.
struct ServedModelOptions: ParsableArguments {
    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions

    @Option(help: "The name that clients give (default: that of the model).")
    var name: String?

    @Option(help: "A model or address that answers where the first one fails.", completion: .model)
    var fallback: String?

    @Option(
        help: "NAME=FILE: the model once more by this name, with the file's text as system prompt.")
    var character: [String] = []

    @Option(
        help: """
            NAME=FILE[@LAYER]: read each answer along a direction (GGUF, of "keel direction"), and let admins push along \
            it; may be given several times.
            """)
    var direction: [String] = []

    @Option(
        help: """
            A YAML list of more models: name, and model, system, about, fallback, direction (a list).
            """,
        completion: .file(extensions: ["yaml", "yml"]))
    var models: String?

    private struct Entry: Decodable {
        var name: String
        var model: String?
        var system: String?
        var about: String?
        var fallback: String?
        /// `NAME=FILE[@LAYER]`, of this entry's own model.
        var direction: [String]?
    }

    /// Loads each model once, however many names it has.
    /// - Parameters:
    ///   - limits: How many requests each takes.
    ///   - probe: Of the first model, which is then read on the way to its answers.
    /// - Returns: The first model, its characters, and those of the file.
    /// - Throws: `ValidationError` for a probe of other weights; what loading throws.
    func models(limits: QueueLimits, probe: RiskProbeFile?) async throws -> [ServedModel] {
        if let probe { try requireReadable(by: probe) }
        var loaded: [String: ServedModel.Engine] = [:]
        // Once for all models: each call would halve the threads again.
        let machine = try model.machine().sharedByWorkers()
        func engine(
            _ reference: String, _ adapters: [String] = [],
            along names: [String] = [], probe: RiskProbeFile? = nil
        ) async throws -> ServedModel.Engine {
            // A model that is read along other directions is another one.
            let key =
                ([reference] + adapters).joined(separator: "+")
                + names.map { " along \($0)" }.joined()
            if let engine = loaded[key] { return engine }
            let directions = try directions(names)
            Terminal.note("Loading \(key)")
            let source = try await ModelSource(
                reference, adapters: adapters, on: machine, limits: try calls.limits())
            let budget = try calls.budget()
            let engine = ServedModel.Engine(
                try await source.load(
                    maxBatch: limits.running, budget: budget, directions: directions,
                    probe: probe?.probe.reading),
                limits: limits)
            if let probe, let local = engine.model as? SteeredChatModel {
                try await local.withModel { try probe.probe.validate(for: $0) }
            }
            loaded[key] = engine
            return engine
        }
        var engines = [
            try await engine(model.model, model.adapter, along: direction, probe: probe)
        ]
        if let fallback { engines.append(try await engine(fallback)) }
        var all = [
            ServedModel(id: name ?? Self.name(of: engines[0].model.name), engines: engines)
        ]
        for character in character {
            let parts = character.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("--character takes NAME=FILE, not \"\(character)\".")
            }
            let system = try TextFile.prompt(parts[1])
            all.append(ServedModel(id: parts[0], system: system, engines: engines))
        }
        if let models {
            for entry in try TextFile.decodeYAML([Entry].self, from: models) {
                var own = engines
                if entry.model != nil || entry.direction != nil {
                    let adapters = entry.model == nil ? model.adapter : []
                    own = [
                        try await engine(
                            entry.model ?? model.model, adapters, along: entry.direction ?? [])
                    ]
                }
                if let fallback = entry.fallback { own.append(try await engine(fallback)) }
                all.append(
                    ServedModel(
                        id: entry.name, about: entry.about ?? "", system: entry.system,
                        engines: own))
            }
        }
        return all
    }

    private func requireReadable(by probe: RiskProbeFile) throws {
        guard model.weights == .f32 else {
            throw ValidationError(
                "The probe has learnt from the weights as they are: leave --weights out, or --guardian-probe."
            )
        }
        guard try calls.budget() == nil else {
            throw ValidationError(
                "A budget is for models behind an address, which no probe can read.")
        }
        try probe.requireModel(try model.reference)
    }

    private func directions(_ names: [String]) throws -> [SteeredChatModel.Direction] {
        let all = try names.map { try SteeredChatModel.Direction($0) }
        guard Set(all.map(\.character.name)).count == all.count else {
            throw ValidationError("Two directions have the same name.")
        }
        guard try all.isEmpty || calls.budget() == nil else {
            throw ValidationError(
                "A budget is for models behind an address, which have no directions.")
        }
        return all
    }

    /// The last part of a path or address, which no machine's folders show in.
    private static func name(of reference: String) -> String {
        let last = reference.split(whereSeparator: { $0 == "/" || $0 == "#" }).last
        return last.map(String.init) ?? reference
    }
}
