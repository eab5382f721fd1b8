import ArgumentParser
import KeelFormats
import KeelLanguage

/// Log-probabilities of rows of completions.
struct ScoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Say how probable each row's completion is, token by token.",
        discussion: """
            Reads {"id", "messages": [{"role", "content"}], "completion"} or {"id", "prompt", "completion"}; writes \
            {"id", "tokens", "logprobs", "sum", "mean"} in nats, rows in order. The completion is tokenized by \
            itself, as in generation; the end of the turn is not scored. --steer says how probable it is for a model \
            that is pushed along a direction.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions
    @OptionGroup var rows: RowOptions
    @OptionGroup var steering: SteeringOptions

    struct OutputRow: Codable {
        var id: RowID
        var tokens: [Int]
        var logprobs: [Double]
        var sum: Double
        var mean: Double
    }

    func run() async throws {
        let done = Set(try rows.written(OutputRow.self).map(\.id))
        let work = try rows.rows(withCompletions: true).filter { !done.contains($0.id) }
        let budget = try calls.budget()
        let source = try await model.source(calls, on: model.machine().sharedByWorkers())
        let chat = try await source.load(budget: budget, steering: steering.load())
        defer { budget?.report() }
        let limit = source.isRemote ? calls.concurrency : 4
        let writer = try rows.writer()
        let progress = ProgressLine("score")
        let clock = ContinuousClock.now
        try await untilInterrupted(
            "Stopped. \(rows.output) holds what is done; go on with --resume."
        ) {
            var count = 0
            try await forEachInOrder(work, limit: limit) { row in
                try await rows.ask(row) {
                    try await chat.score(row.completion ?? "", after: row.prompt)
                }
            } receive: { row, score in
                if let score {
                    try writer.append(
                        OutputRow(
                            id: row.id, tokens: score.tokens, logprobs: score.logprobs,
                            sum: score.sum, mean: score.mean))
                }
                count += 1
                let elapsed = ContinuousClock.now - clock
                progress.update(
                    done: count, total: work.count,
                    rate: "\(Int(Double(count) / (elapsed / .seconds(1)))) rows/s",
                    remaining: elapsed / Double(count) * Double(work.count - count))
            }
            try writer.synchronize()
        }
    }
}
