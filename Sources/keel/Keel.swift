import ArgumentParser

/// The program: each command is a thin layer over the library of the same name.
@main
struct Keel: AsyncParsableCommand {
    /// Raised with every release; part of what a run cites.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "keel",
        abstract:
            "Keeps a language model's character on an even keel: map it, compare it, talk to it.",
        discussion: """
            A model is an alias (smollm2-135m), a GGUF file, or a folder in Hugging Face layout; LoRA \
            adapters are added with a plus sign: smollm2-135m+adapters/warm. A model elsewhere is an address, \
            https://host/v1#model; the key for it is taken from the environment variable KEEL_API_KEY.

            Results go to standard output, progress and complaints to standard error. The exit status is 0 when \
            all is done, 1 after an error, 64 for a command line that makes no sense, and 130 after Ctrl-C. \
            Shell completion: keel --generate-completion-script bash (or zsh, fish).
            """,
        version: version,
        subcommands: [
            TourCommand.self, EvalCommand.self, JudgeCommand.self, CompareCommand.self,
            PlanCommand.self, ChatCommand.self, ServeCommand.self, FeedbackCommand.self,
            StoreCommand.self, GenerateCommand.self, TrainCommand.self, WatchCommand.self,
            RealignCommand.self, ThoughtsCommand.self, ScoreCommand.self, TokenizeCommand.self,
            ModelCommand.self, AdapterCommand.self, ActivationsCommand.self,
            SAECommand.self, DirectionCommand.self, DiffCommand.self, DataCommand.self,
            SuiteCommand.self, ConstitutionCommand.self, CharacterCommand.self, ConceptCommand.self,
            PromptCommand.self, GuardianCommand.self, LabCommand.self, ExportCommand.self,
            BenchCommand.self, DoctorCommand.self,
        ])
}
