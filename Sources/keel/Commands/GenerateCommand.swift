import ArgumentParser
import Foundation
import KeelFormats
import KeelInterpretability
import KeelLanguage
import KeelModel

/// Answers to rows of prompts.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Answer each row of a file.",
        discussion: """
            Reads {"id", "messages": [{"role", "content"}]} or {"id", "prompt"}; writes {"id", "sample", "text", \
            "tokens", "finish": "stop" | "length"}, rows in order, samples of a row counted from 0. With --steer, \
            "incoherence" says what the unsteered model makes of each answer: its surprise in nats per token, and \
            the share of runs of four tokens that stood there before. --steer FILE:0 gives the same of unsteered \
            answers.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingArguments
    @OptionGroup var calls: CallOptions
    @OptionGroup var rows: RowOptions
    @OptionGroup var steering: SteeringOptions

    @Option(help: "Answers to each row.")
    var samples = 1

    struct OutputRow: Codable {
        var id: RowID
        var sample: Int
        var text: String
        var tokens: [Int]
        var finish: Completion.Finish
        /// Only of steered answers.
        var incoherence: AnswerMark?
    }

    func validate() throws {
        guard samples >= 1 else {
            throw ValidationError("--samples is \(samples); it must be at least 1.")
        }
    }

    func run() async throws {
        let options = try sampling.options(seed: model.seed)
        // Samples of a row are written in order, so each row goes on behind the last one written.
        var first: [RowID: Int] = [:]
        var earlier: [(id: RowID, mark: AnswerMark)] = []
        for row in try rows.written(OutputRow.self) {
            first[row.id] = max(first[row.id] ?? 0, row.sample + 1)
            if let mark = row.incoherence { earlier.append((row.id, mark)) }
        }
        let work = try rows.rows(withCompletions: false).compactMap {
            row -> (PromptRow, Range<Int>)? in
            let start = first[row.id] ?? 0
            return start < samples ? (row, start..<samples) : nil
        }
        let total = work.count
        let budget = try calls.budget()
        let one = try model.machine()
        let source = try await model.source(
            calls, on: total * samples > 1 ? one.sharedByWorkers() : one)
        let ways = try steering.load()
        let steered = ways.isEmpty ? nil : try await source.steered(steering: ways)
        let chat: any ChatModel =
            if let steered, let budget {
                BudgetedChatModel(steered, budget: budget)
            } else if let steered {
                steered
            } else {
                try await source.load(budget: budget)
            }
        defer { budget?.report() }
        // Where calls cost money, each asks for one answer, so that little is lost with one.
        let isCounted = source.isRemote || budget != nil
        let parts = isCounted ? work.flatMap { row, all in all.map { (row, $0..<$0 + 1) } } : work
        let limit = isCounted ? calls.concurrency : max(8, 64 / samples)
        let writer = try rows.writer()
        let progress = ProgressLine("generate")
        let clock = ContinuousClock.now
        let marks = try await untilInterrupted(
            "Stopped. \(rows.output) holds what is done; go on with --resume."
        ) { [earlier] in
            var marks = earlier
            var done = 0
            var tokens = 0
            try await forEachInOrder(parts, limit: limit) { row, samples in
                try await rows.ask(row) {
                    () async throws -> ([Completion], [AnswerMark]?) in
                    let prompt = row.prompt.withSystem(sampling.system)
                    let completions = try await chat.complete(
                        prompt, samples: samples, options: options)
                    let told = try await steered?.withModel {
                        try AnswerMark.marks(
                            $0, prompts: [try $0.encode(prompt)],
                            answers: [completions.map(\.tokens)])
                    }
                    return (completions, told?.first)
                }
            } receive: { work, answer in
                for (index, completion) in (answer?.0 ?? []).enumerated() {
                    let mark = answer?.1?[index]
                    try writer.append(
                        OutputRow(
                            id: work.0.id, sample: work.1.lowerBound + index,
                            text: completion.text, tokens: completion.tokens,
                            finish: completion.finish, incoherence: mark))
                    if let mark { marks.append((work.0.id, mark)) }
                    tokens += completion.tokenCount ?? 0
                }
                if work.1.upperBound == samples { done += 1 }
                let elapsed = ContinuousClock.now - clock
                progress.update(
                    done: done, total: total,
                    rate: "\(Int(Double(tokens) / (elapsed / .seconds(1)))) tokens/s",
                    remaining: done == 0 ? nil : elapsed / Double(done) * Double(total - done))
            }
            try writer.synchronize()
            return marks
        }
        guard steered != nil else { return }
        try report(AnswerMark.Summary(marks.map(\.mark), questions: marks.map(\.id)))
    }

    private func report(_ summary: AnswerMark.Summary) throws {
        if model.json { return try Terminal.printJSON(summary) }
        func text(_ value: MeasuredValue?, _ format: String) -> String {
            value.map {
                String(format: "\(format) (\(format) to \(format))", $0.value, $0.low, $0.high)
            } ?? "not told by so few rows"
        }
        Terminal.note(
            """
            \(summary.answers) steered answers, \(summary.empty) of them empty. Surprise of the unsteered model, \
            nats per token: \(text(summary.surprise, "%.2f")). Share of runs of four tokens that stood there \
            before: \(text(summary.repetition, "%.3f")). The same rows with strength 0 say what is usual.
            """)
    }
}
