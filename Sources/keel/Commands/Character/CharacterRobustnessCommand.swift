import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelFormats
import KeelLanguage
import KeelRemote
internal import KeelReport

/// Whether a trained character survives words that ask a model to drop it.
struct CharacterRobustnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robustness",
        abstract:
            "Say whether a trained character survives \"drop the act\" better than one by prompt.",
        discussion: """
            Asks probes of the traits' dimensions with suffixes behind them, some that ask to drop the act and some \
            beside the point: the model before the training, the same with the constitution as system message, and the \
            trained model (--adapter). A classifier tells answers with the character from plain ones by their words, not \
            their length. It learns from --rows of another arm than the model was trained on, for other prompts than are \
            asked, and what it can tell is measured on prompts it has not seen. Differences are paired by question, \
            clustered, tested by sign flips and adjusted by Holm's method. OUT gets config.json, answers.jsonl, \
            report.json and report.html. Stopped at any moment, the same command goes on where it stood. Ends with status \
            2 when answers are missing.
            """)

    @Argument(
        help: "A YAML file, or a constitution that ships with Keel.", completion: .constitution)
    var constitution: String

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions

    @Option(
        help: "The model before the training (default: the same without its adapters).",
        completion: .model)
    var plain: String?

    @Option(
        help: """
            Rows the classifier learns from, as keel character data makes them by the arms ranked and revised; may be \
            given several times.
            """, completion: .file())
    var rows: [String]

    @Option(
        help:
            "The rows that the model was trained on, so that no kind of them is the classifier's.",
        completion: .file())
    var trainedOn: [String] = []

    @Option(
        help: "A suite that ships with Keel, or a YAML file: its probes are asked.",
        completion: .suite)
    var suite = "character"

    @Option(help: "Probes of each trait, each of another cluster while there are some.")
    var probes = 8

    @Option(help: "Answers to each probe with each suffix, of each method.")
    var samples = 2

    @Option(help: "Divides the logits; 0 is greedy.")
    var temperature = 1.0

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 64

    @Option(
        help: "A YAML file of suffixes (default: drop-the-act, which ships with Keel).",
        completion: .file(extensions: ["yaml", "yml"]))
    var suffixes: String?

    @Option(name: .customLong("out"), help: "The folder of the test.", completion: .directory)
    var folder: String

    func validate() throws {
        guard (2...1000).contains(probes) else {
            throw ValidationError("--probes is \(probes); it must be from 2 to 1,000.")
        }
    }

    func run() async throws {
        let constitution = try Constitution.named(constitution)
        let questions = RobustnessQuestion.of(
            constitution, in: try EvalCommand.suite(named: suite), perTrait: probes)
        guard !questions.isEmpty else {
            throw ValidationError(
                "The suite \(suite) has no probe of one question for the dimensions that the traits "
                    + "name. Name another by --suite.")
        }
        let sheet =
            try suffixes.map { try SuffixSheet(contentsOf: URL(filePath: $0)) }
            ?? SuffixSheet.shipped()
        let material = try TraitClassifier.material(
            try rows.flatMap { try PreferenceRecord.read($0) },
            trainedOn: try trainedOn.flatMap { try PreferenceRecord.read($0) },
            questions: questions)
        let classifier = try TraitClassifier(material.pairs, seed: model.seed)
        let machine = try model.machine().sharedByWorkers()
        let after = try await model.source(calls, on: machine)
        let before = try await ModelSource(
            try plainName(), on: machine, limits: try calls.limits())
        guard before.facts != after.facts || before.name != after.name else {
            throw ValidationError(
                "Before and after the training stands the same model. Name the trained adapter by "
                    + "--adapter, or the model before by --plain.")
        }
        var config = RobustnessConfig(
            constitution, questions: questions, suffixes: sheet, plain: before.part,
            trained: after.part)
        config.samples = samples
        config.sampling.temperature = temperature
        config.sampling.maxTokens = maxTokens
        config.seed = model.seed
        let job = try RobustnessJob(
            folder: URL(filePath: folder), constitution, config, questions: questions,
            suffixes: sheet)
        let budget = try calls.budget()
        defer { budget?.report() }
        let failures = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) { [concurrency = calls.atOnce(with: [before, after], within: budget)] in
            var failures: [CharacterJob.Failure] = []
            // Two models need not be held at once.
            for (source, methods) in [
                (before, [RobustnessMethod.plain, .prompted]), (after, [.trained]),
            ] {
                let line = ProgressLine(methods.map(\.rawValue).joined(separator: ", "))
                failures += try await job.collect(
                    methods, from: try await source.load(budget: budget), concurrency: concurrency
                ) { line.update(done: $0.done, total: $0.total, rate: "answers", remaining: nil) }
                line.finish()
            }
            return failures
        }
        let report = try job.report(by: classifier, of: material)
        let page = job.folder.appending(path: "report.html").path
        try report.page(rows: RowMakers.sentences(rows)).write(to: page)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try encoder.encode(report).write(
            to: job.folder.appending(path: "report.json"), options: .atomic)
        if model.json {
            try Terminal.printJSON(report)
        } else {
            report.printSummary()
            for line in RowMakers.sentences(rows) { print(line) }
            print("\nReport: \(page)")
        }
        if let first = failures.first {
            Terminal.note(
                "\(failures.count) answers failed, the first (\(first.work)) because: \(first.reason)"
            )
            throw ExitCode(2)
        }
    }

    /// The model that the training began with.
    private func plainName() throws -> String {
        if let plain { return plain }
        if RemoteAddress.isAddress(model.model) { return model.model }
        return try model.reference.base
    }
}
