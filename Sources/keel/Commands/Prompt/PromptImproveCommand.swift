import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelFormats
import KeelLanguage

/// Patches to a system prompt that earn their place.
struct PromptImproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "improve",
        abstract:
            "Find instructions that mend what a system prompt gets wrong, and keep those that prove it.",
        discussion: """
            The named dimensions are to improve; all others of the suite must not get worse. Half of the cases show \
            what fails: of each failing case an author model is asked which instruction would have prevented it. An \
            instruction that has five words in a row of a case is refused. The one that helps most is tested on the \
            other half, which no author sees, and accepted only if the paired interval of its gain lies above zero. The \
            k-th test has an interval of level 1 - alpha/(k(k+1)), so that the chance of accepting any patch without \
            effect stays below alpha. OUT gets config.json, patches.jsonl (each patch with its evidence), prompt.txt \
            and a run for each prompt. Stopped at any moment, the same command goes on where it stood.
            """)

    @Argument(
        help: "A text file with the system prompt; an empty one is a prompt of nothing.",
        completion: .file())
    var prompt: String

    @OptionGroup var options: PromptRunOptions

    @Option(help: "Who writes the instructions (default: the model itself).", completion: .model)
    var author: String?

    @Option(help: "The most rounds; each tests at most one patch.")
    var rounds = 6

    @Option(help: "Failing cases of which the author is asked in a round.")
    var casesPerRound = 4

    @Option(help: "The chance of accepting any patch that does nothing.")
    var alpha = 0.05

    @Flag(help: "Also try each instruction with an example at its edge, which the author writes.")
    var examples = false

    @Option(
        help: """
            A change for the worse of the other dimensions that would not matter, in each measure's unit: then each of \
            them must be shown to keep within it. Without it, none may be found to be worse.
            """)
    var margin: Double?

    @Option(name: .customLong("out"), help: "The folder of the work.", completion: .directory)
    var folder: String

    func validate() throws {
        if let margin, !(margin > 0) { throw ValidationError("--margin must be above 0.") }
        guard !options.dimension.isEmpty else {
            throw ValidationError("--dimension is needed: what is to improve.")
        }
    }

    func run() async throws {
        let prompt = try TextFile.prompt(prompt)
        var settings = PromptImprovement.Settings()
        settings.rounds = rounds
        settings.casesPerRound = casesPerRound
        settings.alpha = alpha
        settings.examples = examples
        settings.writing.seed = options.model.seed
        try settings.validate()
        let wanted = try options.cases()
        let budget = try options.calls.budget()
        let source = try await options.source()
        let other = try await otherAuthor()
        let place = URL(filePath: folder)
        try FolderSettings.begin(
            ImprovementConfig(
                prompt: prompt, settings: settings, margin: margin, suite: wanted.fingerprint,
                model: source.name, author: (other ?? source).name), in: place)
        let chat = try await source.load(budget: budget)
        let author = try await other?.load(budget: budget) ?? chat
        defer { budget?.report() }
        let runs = try PromptRuns(options, wanted, source: source, chat: chat, in: place)
        let improvement = try PromptImprovement(
            author: author, trials: try trials(wanted, runs), settings: settings)
        let path = place.appending(path: "patches.jsonl").path
        let log = try JSONLinesWriter(path: path)
        var reader = try JSONLinesReader<PatchRound>(path: path)
        let earlier = try reader.readAll()
        let result = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) {
            try await improvement.run(from: prompt, after: earlier) { round in
                try log.append(round)
                try log.synchronize()
                for patch in round.patches { Terminal.note(patch.sentence) }
            }
        }
        try Data((result.prompt + "\n").utf8).write(
            to: place.appending(path: "prompt.txt"), options: .atomic)
        if options.model.json { return try Terminal.printJSON(result) }
        print(
            "\(result.accepted) patches accepted after \(result.attempts) tests of held-out cases"
                + (result.end == .nothingToFix ? "; nothing seen fails any more." : "."))
        print(
            "The chance of accepting any patch that does nothing is below \(result.alpha). Answers by "
                + "\(source.name), instructions by \((other ?? source).name).")
        print("\n\(result.prompt)")
    }

    private func otherAuthor() async throws -> ModelSource? {
        guard let author else { return nil }
        return try await ModelSource(
            author, on: try options.model.machine().sharedByWorkers(),
            limits: try options.calls.limits())
    }

    /// The two halves of what is to improve, and the rest of the suite.
    private func trials(_ wanted: Suite, _ runs: PromptRuns) throws -> SuiteTrials {
        var kept = try EvalCommand.suite(named: options.suite)
        kept.dimensions.removeAll { options.dimension.contains($0.id) }
        kept.dimensions.removeAll { $0.probes.contains(where: \.needsUser) }
        let (work, held) = (options.quick ? wanted.quick : wanted).halves(seed: options.model.seed)
        guard Set(held.dimensions.flatMap(\.probes).map(\.cluster)).count > 1 else {
            throw ValidationError(
                "The dimensions have too few clusters: at least two must be left for a test. Name more "
                    + "by --dimension, or leave out --quick.")
        }
        return SuiteTrials(
            runs: runs, work: work, held: held,
            kept: kept.dimensions.isEmpty ? nil : kept, margin: margin)
    }
}

extension PatchRecord {
    /// What became of it, in a line.
    fileprivate var sentence: String {
        let shares = evidence.map {
            String(
                format: " Held-out: %.0f%% to %.0f%%, gain %+.2f (%+.2f to %+.2f).",
                100 * $0.before, 100 * $0.after, $0.difference.value, $0.difference.low,
                $0.difference.high)
        }
        return "\(verdict.rawValue): \"\(instruction.shortened(to: 72))\" \(reason)\(shares ?? "")"
    }
}

/// All that decides what an improvement comes to, besides its runs' own configurations.
private struct ImprovementConfig: Codable {
    var prompt: String
    var settings: PromptImprovement.Settings
    var margin: Double?
    var suite: String
    var model: String
    var author: String
}
