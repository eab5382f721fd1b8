import ArgumentParser
import KeelFormats
import KeelLanguage
import KeelModel

/// A model and its adapters as one GGUF file.
struct ModelExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model, its adapters in its weights, as a GGUF file for llama.cpp.",
        discussion: """
            Weights, tokenizer and chat template are in the file. A model that llama.cpp would compute \
            otherwise is refused.
            """)

    private static let types = GGMLType.written.map { $0.description.lowercased() }

    @Argument(
        help: "Alias, GGUF file, folder or org/name; adapters follow after plus signs.",
        completion: .model)
    var model: String

    @Option(
        help: "A LoRA adapter folder in PEFT layout; may be given several times.",
        completion: .directory)
    var adapter: [String] = []

    @Option(help: "The file to write; it must not exist.", completion: .file())
    var out: String

    @Option(
        help: "What matrices are stored as: f32 (exact), f16, bf16 or q8_0.",
        completion: .list(["f32", "f16", "bf16", "q8_0"]))
    var type = "f16"

    @Flag(help: "Print results as JSON.")
    var json = false

    func validate() throws {
        guard Self.types.contains(type.lowercased()) else {
            throw ValidationError("--type must be \(Self.types.joined(separator: ", ")).")
        }
    }

    func run() throws {
        let stored = GGMLType.written.first { $0.description.lowercased() == type.lowercased() }
        let output = try NewOutput(out)
        try LanguageModel.merge(
            ModelReference(named: model, adapters: adapter), toGGUF: output.path, as: stored ?? .f16
        )
        Terminal.note("The model is in \(out).")
        if json {
            try Terminal.printJSON(["model": model, "path": output.path, "type": type.lowercased()])
        }
    }
}
