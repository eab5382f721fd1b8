import ArgumentParser
import KeelLanguage
import KeelModel
import KeelTensor

/// A model and its adapters as one folder.
struct ModelMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Write a model, its adapters in its weights, as a Hugging Face folder.",
        discussion: """
            transformers, vLLM and others load the folder, and so does keel. Without adapters, a GGUF file \
            becomes a folder, its weights decoded.
            """)

    @Argument(
        help: "Alias, GGUF file or folder; adapters follow after plus signs.", completion: .model)
    var model: String

    @Option(
        help: "A LoRA adapter folder in PEFT layout; may be given several times.",
        completion: .directory)
    var adapter: [String] = []

    @Option(help: "The folder to write; it must not exist.", completion: .directory)
    var out: String

    @Option(
        help: "What weights are stored as: float32 (exact), bfloat16 or float16.",
        completion: .list(["float32", "bfloat16", "float16"]))
    var type = "float32"

    func validate() throws {
        guard ["float32", "bfloat16", "float16"].contains(type) else {
            throw ValidationError("--type must be float32, bfloat16 or float16.")
        }
    }

    func run() throws {
        let output = try NewOutput(out)
        try LanguageModel.merge(
            ModelReference(named: model, adapters: adapter), to: output.path,
            type: ElementType(rawValue: type) ?? .float32)
        Terminal.note("The model is in \(out).")
    }
}
