import ArgumentParser
import Foundation
import KeelCharacter
import KeelFormats
import KeelLanguage

/// Messages, answers, rankings and rows of a constitution's traits.
struct CharacterDataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Make preference rows of a constitution's traits.",
        discussion: """
            A model writes messages that a person might send, answers each several times, and ranks the answers by \
            the trait, in both orders. Writes config.json, constitution.yaml, messages.jsonl, prompts.jsonl, \
            answers.jsonl, rankings.jsonl, rows.jsonl for keel train dpo, and report.json. Stopped at any moment, \
            the same command goes on where it stood.
            """)

    @Argument(
        help: "A YAML file, or a constitution that ships with Keel.", completion: .constitution)
    var constitution: String

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions
    @OptionGroup var settings: CharacterDataOptions
    @OptionGroup var evaluation: EvaluationOptions

    @Option(name: .customLong("out"), help: "The folder of the data.", completion: .directory)
    var folder: String

    func run() async throws {
        let constitution = try Constitution.named(constitution)
        let unrelated = try settings.unrelatedMessages()
        let machine = try model.machine().sharedByWorkers()
        let source = try await model.source(calls, on: machine)
        let writer = try await other(settings.writer, machine)
        let ranker = try await other(settings.ranker, machine)
        let config = try settings.config(
            constitution, writer: (writer ?? source).part, model: source.part,
            ranker: (ranker ?? source).part, unrelated: unrelated, seed: model.seed)
        let job = try CharacterJob(
            folder: URL(filePath: folder), constitution, config, unrelated: unrelated,
            isEvaluation: try evaluation.isEvaluation())
        let budget = try calls.budget()
        defer { budget?.report() }
        let chat = try await source.load(budget: budget)
        let models = CharacterJob.Models(
            writer: try await writer?.load(budget: budget) ?? chat, model: chat,
            ranker: try await ranker?.load(budget: budget) ?? chat)
        let concurrency = calls.atOnce(
            with: [writer, source, ranker].compactMap(\.self), within: budget)
        let failures = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) {
            let progress = StepProgress()
            return try await job.collect(
                from: models, concurrency: concurrency, progress: progress.update)
        }
        if let first = failures.first {
            Terminal.note(
                "\(failures.count) pieces of work failed, the first (\(first.step), "
                    + "\(first.work)) because: \(first.reason)")
        }
        let report = try job.writeRows()
        if model.json { try Terminal.printJSON(report) } else { report.printSummary() }
        if !failures.isEmpty { throw ExitCode(2) }
    }

    private func other(_ name: String?, _ machine: Machine) async throws -> ModelSource? {
        guard let name else { return nil }
        return try await ModelSource(name, on: machine, limits: try calls.limits())
    }
}

extension ModelSource {
    /// What did a part of a work, as its settings cite it.
    var part: CharacterConfig.Part { .init(name: name, facts: facts) }
}

/// A line of progress for each step.
private final class StepProgress {
    private var step = ""
    private var line = ProgressLine("")
    private var start = ContinuousClock.now
    private var doneBefore = 0

    func update(_ progress: CharacterJob.Progress) {
        if progress.step != step {
            line.finish()
            step = progress.step
            line = ProgressLine(step)
            start = ContinuousClock.now
            doneBefore = progress.done
        }
        let elapsed = ContinuousClock.now - start
        let now = progress.done - doneBefore
        let rate = Double(now) / max(1e-9, elapsed / .seconds(1))
        line.update(
            done: progress.done, total: progress.total, rate: String(format: "%.1f/s", rate),
            remaining: now == 0
                ? nil : elapsed / Double(now) * Double(progress.total - progress.done))
    }
}

extension CharacterDataReport {
    fileprivate func printSummary() {
        let parts = ["writer": config.writer, "model": config.model, "ranker": config.ranker]
        for (part, model) in parts.sorted(by: { $0.key < $1.key }) {
            print("\(part): \(model.name)")
        }
        Terminal.printTable(
            [["trait", "asked", "dropped"]]
                + messages.map { row in
                    [row.trait, "\(row.asked)", Self.reasons(row.dropped)]
                })
        if !droppedPairs.isEmpty { print("pairs left out: \(Self.reasons(droppedPairs))") }
        if let bias = placeBias, bias.pairs > 0 {
            let verdict =
                bias.isShown ? "the ranker is biased by place" : "no bias by place is shown"
            print(
                "orders disagree in \(bias.uncertain) of \(bias.pairs) pairs; \(verdict)"
                    + (bias.firstPlaceShare.map {
                        String(
                            format: " (first place won %.2f, %.2f to %.2f)", $0.value,
                            $0.low, $0.high)
                    } ?? ""))
        }
        rows.printTable()
    }

    private static func reasons<Reason: RawRepresentable<String>>(
        _ counts: [Reason: Int]
    ) -> String {
        counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
    }
}
