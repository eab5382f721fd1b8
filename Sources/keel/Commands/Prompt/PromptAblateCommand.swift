import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelReport

/// What each sentence of a system prompt does.
struct PromptAblateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ablate",
        abstract: "Say what each sentence of a system prompt does: leave one out at a time.",
        discussion: """
            Asks a suite under the whole prompt and under the prompt without each of its sentences, and compares, \
            paired by probe. P-values are adjusted over all sentences and measures together by Holm's method. OUT gets \
            a run for each prompt, ablation.json and report.html. Stopped at any moment, the same command goes on where \
            it stood. Ends with status 2 when the model did not give all readings.
            """)

    @Argument(help: "A text file with the system prompt.", completion: .file())
    var prompt: String

    @OptionGroup var options: PromptRunOptions

    @Option(name: .customLong("out"), help: "The folder of the runs.", completion: .directory)
    var folder: String

    func run() async throws {
        let prompt = SystemPrompt(try TextFile.prompt(prompt))
        guard !prompt.sentences.isEmpty else { throw ValidationError("The prompt is empty.") }
        let suite = try options.cases()
        let budget = try options.calls.budget()
        let source = try await options.source()
        let runs = try PromptRuns(
            options, suite, source: source, chat: try await source.load(budget: budget),
            in: URL(filePath: folder))
        defer { budget?.report() }
        let (ablation, failures) = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) {
            try await Ablation.measure(prompt, by: runs)
        }
        let report = runs.folder.appending(path: "report.html").path
        try ablation.page().write(to: report)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try encoder.encode(ablation).write(
            to: runs.folder.appending(path: "ablation.json"), options: .atomic)
        if options.model.json {
            try Terminal.printJSON(ablation)
        } else {
            ablation.printTable()
            print("\nReport: \(report)")
        }
        if let first = failures.first {
            Terminal.note("\(failures.count) readings are missing, the first: \(first.reason)")
            throw ExitCode(2)
        }
    }
}

/// What each sentence of a prompt does, as `ablation.json` has it.
struct Ablation: Codable, Sendable {
    /// A sentence, and how the measures differ with it from without it.
    struct Sentence: Codable, Sendable {
        var number: Int
        var text: String
        /// From the prompt without the sentence to the whole one.
        var changes: [Change]

        var found: [Change] { changes.filter { $0.verdict.isFound } }
    }

    var model: String
    var prompt: String
    var sentences: [Sentence]
    /// Over how many tests the p-values are adjusted.
    var tests: Int

    /// Runs all prompts and compares them.
    static func measure(
        _ prompt: SystemPrompt, by runs: PromptRuns
    ) async throws -> (Ablation, [Run.Failure]) {
        let whole = try await runs.run("whole", system: prompt.text)
        var failures = whole.failures
        var others: [Run] = []
        for index in prompt.sentences.indices {
            let number = String(format: "%02d", index + 1)
            let outcome = try await runs.run("without-\(number)", system: prompt.without(index))
            failures += outcome.failures
            others.append(outcome.run)
        }
        let comparisons = try Comparison.family(others.map { (baseline: $0, candidate: whole.run) })
        let sentences = zip(prompt.sentences, comparisons).enumerated().map { index, pair in
            Sentence(number: index + 1, text: pair.0, changes: pair.1.changes)
        }
        let tests = comparisons.reduce(0) { $0 + $1.changes.count { $0.pValue != nil } }
        let ablation = Ablation(
            model: whole.run.config.model, prompt: prompt.text, sentences: sentences, tests: tests)
        return (ablation, failures)
    }

    func printTable() {
        Terminal.printTable(
            [["", "sentence", "what it does"]]
                + sentences.map { sentence in
                    [
                        "\(sentence.number)", sentence.text.shortened(to: 48),
                        sentence.found.isEmpty
                            ? "nothing found"
                            : sentence.found.map(\.effect).joined(separator: "; "),
                    ]
                })
        print("\nP-values are adjusted over \(tests) tests; effects have intervals of 95 %.")
    }
}

extension Change {
    /// What was found, such as `better: Plain speech, apologies per reply −0.31 (−0.52 to −0.11)`.
    var effect: String {
        let value = estimate.map { " " + $0.text(metric.differenceUnit) } ?? ""
        return "\(verdict.word): \(title), \(metric.title)\(value)"
    }
}

extension String {
    /// The text, or so much of it that it has this length with an ellipsis behind it.
    func shortened(to length: Int) -> String {
        count > length ? String(prefix(length - 1)) + "…" : self
    }
}
