import ArgumentParser
import KeelFormats
import KeelLanguage

/// Answers to rows of prompts.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Answer each row of a file.",
        discussion: """
            Reads {"id", "messages": [{"role", "content"}]} or {"id", "prompt"}; writes {"id", "sample", "text", \
            "tokens", "finish": "stop" | "length"}, rows in order, samples of a row counted from 0.
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
        for row in try rows.written(OutputRow.self) {
            first[row.id] = max(first[row.id] ?? 0, row.sample + 1)
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
        let chat = try await source.load(budget: budget, steering: try steering.load())
        defer { budget?.report() }
        // Where calls cost money, each asks for one answer, so that little is lost with one.
        let isCounted = source.isRemote || budget != nil
        let parts = isCounted ? work.flatMap { row, all in all.map { (row, $0..<$0 + 1) } } : work
        let limit = isCounted ? calls.concurrency : max(8, 64 / samples)
        let writer = try rows.writer()
        let progress = ProgressLine("generate")
        let clock = ContinuousClock.now
        try await untilInterrupted(
            "Stopped. \(rows.output) holds what is done; go on with --resume."
        ) {
            var done = 0
            var tokens = 0
            try await forEachInOrder(parts, limit: limit) { row, samples in
                try await rows.ask(row) {
                    try await chat.complete(
                        row.prompt.withSystem(sampling.system), samples: samples, options: options)
                }
            } receive: { work, completions in
                for (sample, completion) in zip(work.1, completions ?? []) {
                    try writer.append(
                        OutputRow(
                            id: work.0.id, sample: sample, text: completion.text,
                            tokens: completion.tokens,
                            finish: completion.finish))
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
        }
    }
}
