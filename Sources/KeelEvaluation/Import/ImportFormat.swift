/// A file of somebody else's that can be imported as a suite.
public enum ImportFormat: String, Hashable, Sendable, CaseIterable {
    case anthropicEvals = "anthropic-evals"
    case xstest
    case politicalPairs = "political-pairs"
    case humanebench
    case sycoBench = "syco-bench"
    case spiralBench = "spiral-bench"
    /// The data sets of TRL and of OpenAI's fine-tuning.
    case jsonl

    /// What it is, in a line.
    public var title: String {
        switch self {
        case .anthropicEvals: "Anthropic's model-written evaluations, JSON Lines"
        case .xstest: "XSTest, CSV"
        case .politicalPairs: "Anthropic's paired political prompts, CSV"
        case .humanebench: "HumaneBench, JSON Lines"
        case .sycoBench: "syco-bench's two tables of statements, CSV"
        case .spiralBench: "Spiral-Bench's opening prompts, JSON"
        case .jsonl: "messages, or prompt with chosen and rejected (TRL, OpenAI), JSON Lines"
        }
    }

    /// Whose data it is and under which licence, as the suite cites it; nil where only the user
    /// knows.
    var attribution: String? {
        switch self {
        case .anthropicEvals: "anthropics/evals (Perez et al. 2022), licence CC BY 4.0"
        case .xstest: "XSTest (Röttger et al. 2024), licence of the prompts CC BY 4.0"
        case .politicalPairs: "anthropics/political-neutrality-eval, licence CC BY 4.0"
        case .humanebench: "buildinghumanetech/humanebench, licence Apache-2.0"
        case .sycoBench: "timfduffy/syco-bench, licence MIT-0"
        case .spiralBench: "sam-paech/spiral-bench, licence MIT"
        case .jsonl: nil
        }
    }
}
