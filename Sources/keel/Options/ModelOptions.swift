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

    /// Applies the threads setting and names the device.
    func machine() throws -> Machine { try place.machine() }

    /// Finds the model: hashes its files, or connects to its address.
    func source(_ calls: CallOptions, on machine: Machine) async throws -> ModelSource {
        try await ModelSource(
            model, adapters: adapter, on: machine, limits: try calls.limits())
    }
}
