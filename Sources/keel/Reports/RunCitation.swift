import KeelEvaluation
import KeelLanguage
import KeelReport

/// What repeats a run and cites it.
struct RunCitation {
    var config: RunConfig

    var blocks: [Block] {
        let facts = config.facts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return [
            .code(command),
            .list(
                facts.map { Prose($0) } + [Prose("suite fingerprint: \(config.suiteFingerprint)")]),
        ]
    }

    /// The command that makes the same run, options as they are by default left out.
    var command: String {
        let (asked, usual) = (config.sampling, SamplingOptions())
        var words = ["keel", "eval", "--model", Self.quoted(config.model), "--suite", config.suite]
        if config.quick { words.append("--quick") }
        words += [
            "--samples", "\(config.samples)", "--seed", "\(asked.seed)",
            "--temperature", "\(asked.temperature)", "--top-p", "\(asked.topP)",
            "--max-tokens", "\(asked.maxTokens)",
        ]
        if let topK = asked.topK { words += ["--top-k", "\(topK)"] }
        if asked.minP != usual.minP { words += ["--min-p", "\(asked.minP)"] }
        if asked.repetitionPenalty != usual.repetitionPenalty {
            words += ["--repetition-penalty", "\(asked.repetitionPenalty)"]
        }
        for text in asked.stop { words += ["--stop", Self.quoted(text)] }
        if let system = config.system { words += ["--system", Self.quoted(system)] }
        if let device = config.facts["device"], device != "cpu" { words += ["--device", device] }
        if let weights = HeldWeights(facts: config.facts) {
            words += ["--weights", weights.rawValue]
        }
        return (words + ["--out", "RUN"]).joined(separator: " ")
    }

    /// A word as a shell reads it back unchanged.
    static func quoted(_ text: String) -> String {
        let plain = text.allSatisfy { $0.isLetter || $0.isNumber || "+-_./:".contains($0) }
        guard text.isEmpty || !plain else { return text }
        return "'"
            + text.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "'\\''") + "'"
    }
}
