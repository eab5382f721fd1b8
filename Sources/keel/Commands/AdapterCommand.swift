import ArgumentParser
import KeelModel
import KeelTensor

/// Adapters in the forms of other programs.
struct AdapterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapter",
        abstract: "Sum LoRA adapters up; write or read those of llama.cpp and mlx-lm.",
        discussion: """
            keel's own adapters are folders in PEFT layout, which PEFT, transformers and vLLM load as they are. \
            What cannot be carried over exactly is refused.
            """,
        subcommands: [ExportCommand.self, ImportCommand.self, AdapterSumCommand.self])

    /// Other programs' forms.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// One GGUF file, for llama.cpp.
        case gguf
        /// A folder, for mlx-lm.
        case mlx
    }

    struct ExportCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write a PEFT adapter folder for llama.cpp (gguf) or mlx-lm (mlx).")

        @Argument(help: "An adapter folder in PEFT layout.", completion: .directory)
        var adapter: String

        @Option(help: "gguf: one file for llama.cpp; mlx: a folder for mlx-lm.")
        var format: Format

        @Option(
            help: "The model that the adapter is for: alias, GGUF file or folder.",
            completion: .model)
        var model = ModelCatalogue.defaultAlias

        @Option(help: "The file or folder to write; it must not exist.", completion: .file())
        var out: String

        @Option(
            help: "What a GGUF file holds: float32 (exact), bfloat16 or float16.",
            completion: .list(["float32", "bfloat16", "float16"]))
        var type = "float32"

        func validate() throws {
            guard ["float32", "bfloat16", "float16"].contains(type) else {
                throw ValidationError("--type must be float32, bfloat16 or float16.")
            }
            guard format == .gguf || type == "float32" else {
                throw ValidationError("--type is for --format gguf.")
            }
        }

        func run() throws {
            let output = try NewOutput(out)
            let configuration = try LanguageModel.configuration(of: model)
            let lora = try LoRA(folder: adapter)
            switch format {
            case .gguf:
                try lora.writeGGUF(
                    to: output.path, for: configuration,
                    type: ElementType(rawValue: type) ?? .float32)
            case .mlx: try lora.writeMLX(to: output.path, for: configuration)
            }
            Terminal.note("The adapter is in \(out).")
        }
    }

    struct ImportCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Make a PEFT adapter folder of one of llama.cpp (gguf) or mlx-lm (mlx).")

        @Argument(help: "The GGUF file or the folder of mlx-lm.", completion: .file())
        var adapter: String

        @Option(help: "gguf: one file of llama.cpp; mlx: a folder of mlx-lm.")
        var format: Format

        @Option(
            help: "The model that the adapter is for: alias, GGUF file or folder.",
            completion: .model)
        var model = ModelCatalogue.defaultAlias

        @Option(help: "The folder to write; it must not exist.", completion: .directory)
        var out: String

        func run() throws {
            let output = try NewOutput(out)
            let configuration = try LanguageModel.configuration(of: model)
            let lora =
                switch format {
                case .gguf: try LoRA(gguf: adapter, for: configuration)
                case .mlx: try LoRA(mlx: adapter, for: configuration)
                }
            try lora.write(to: output.path)
            Terminal.note("The adapter is in \(out).")
        }
    }
}
