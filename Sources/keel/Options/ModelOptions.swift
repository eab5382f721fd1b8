import ArgumentParser
import KeelLanguage
import KeelModel
import KeelRemote
import KeelTensor

/// What every command that runs a model takes.
struct ModelOptions: ParsableArguments {
    @Option(
        help:
            "Alias, GGUF file or folder, adapters after plus signs; or an address, https://host/v1#model.",
        completion: .model)
    var model = ModelCatalogue.defaultAlias

    @Option(
        help: "A LoRA adapter folder in PEFT layout; may be given several times.",
        completion: .directory)
    var adapter: [String] = []

    @OptionGroup var place: MachineOptions

    @Option(
        help:
            "How weights are held. Narrower ones take less memory, int8 and int4 on the CPU only, and the model says something else: keel model parity tells how much."
    )
    var weights = HeldWeights.f32

    @Option(help: "Seed of all that is drawn.")
    var seed: UInt64 = 0

    @Flag(help: "Print results as JSON; rows are JSON in any case.")
    var json = false

    /// The model on this machine that is meant; a path that exists is taken as it stands, plus signs
    /// included.
    var reference: ModelReference {
        get throws {
            if RemoteAddress.isAddress(model) {
                throw LanguageError.invalidReference(
                    model, reason: "this needs a model on this machine, not one behind an address")
            }
            return try ModelReference(named: model, adapters: adapter)
        }
    }

    /// Applies the threads setting and says how to compute.
    func machine() throws -> Machine {
        var machine = try place.machine()
        machine.weights = weights
        return machine
    }

    /// The device, for what works on weights and activations as they are, and trains or measures them.
    func exactDevice() throws -> Device {
        guard weights == .f32 else {
            throw ValidationError(
                "This works with the weights as they are: leave --weights \(weights.rawValue) out.")
        }
        return try machine().device
    }

    /// Finds the model: hashes its files, or connects to its address.
    /// - Throws: `ValidationError` for narrower weights of a model that a server holds.
    func source(_ calls: CallOptions, on machine: Machine) async throws -> ModelSource {
        guard weights == .f32 || !RemoteAddress.isAddress(model) else {
            throw ValidationError(
                "A server holds its weights as it likes: leave --weights \(weights.rawValue) out.")
        }
        return try await ModelSource(
            model, adapters: adapter, on: machine, limits: try calls.limits())
    }
}
