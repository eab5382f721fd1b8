public import ArgumentParser
import Foundation
public import KeelEvaluation
import KeelLanguage
import KeelModel

/// What every command that asks a judge takes.
struct JudgeOptions: ParsableArguments {
    @Option(
        help:
            "The judge: alias, GGUF file or folder, adapters after plus signs; or an address, https://host/v1#model.",
        completion: .model)
    var judge: String

    @OptionGroup var calls: CallOptions

    @Option(help: "How its verdict is read: quoted (a reply with a quote), scored (small judges).")
    var reading = JudgeReading.quoted

    @Option(help: "Votes on each answer, half of them in the other order (default: 2).")
    var votes: Int?

    @Option(help: "Where the judge computes: cpu, cuda, cuda:1, mps.", completion: .device)
    var device = "cpu"

    @Option(help: "CPU threads of one operation (default: one a core).")
    var threads: Int?

    @Option(help: "Seed of its replies, where there are more than two votes.")
    var seed: UInt64 = 0

    @Flag(help: "Print results as JSON.")
    var json = false

    /// Finds the judge.
    func source() async throws -> ModelSource {
        try await ModelSource(
            judge, on: Machine(device: device, threads: threads).sharedByWorkers(),
            limits: try calls.limits())
    }

    /// The judge that is asked for, with these rubrics.
    func config(_ source: ModelSource, rubrics: [Rubric]) throws -> JudgeConfig {
        var facts = source.facts
        // A calibration outlives a version of the program; how a judge is asked has its own.
        facts["keel"] = nil
        return try JudgeConfig(
            judge: source.name, facts: facts, reading: reading, votes: votes, seed: seed,
            rubrics: rubrics)
    }

    /// Replies are written in one batch; scores are computed one after the other, and a kill costs
    /// what is under way.
    private func concurrency(_ source: ModelSource) -> Int {
        source.isRemote ? calls.concurrency : reading == .scored ? 2 : 16
    }

    /// Loads the judge and lets it work, with a line of progress and a way to stop.
    /// - Parameters:
    ///   - source: The judge.
    ///   - folder: Where the votes lie.
    ///   - collect: Asks the model for the votes that are missing, so many at a time.
    /// - Returns: What the judge failed to say.
    /// - Throws: What the work throws; `ExitCode` 130 after a signal.
    func collect(
        from source: ModelSource, into folder: String,
        _ collect:
            @escaping @Sendable (any ChatModel, Int, (Run.Progress) -> Void) async throws
            -> [Run.Failure]
    ) async throws -> [Run.Failure] {
        let budget = try calls.budget()
        let model = try await source.load(budget: budget)
        defer { budget?.report() }
        let concurrency = concurrency(source)
        let line = ProgressLine("judge")
        let failures = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) {
            try await collect(model, concurrency) { progress in
                line.update(
                    done: progress.done, total: progress.total,
                    rate: String(format: "%.1f votes/s", progress.rate),
                    remaining: progress.remaining)
            }
        }
        line.finish()
        if let first = failures.first {
            Terminal.note(
                "\(failures.count) votes are missing, the first because: \(first.reason)")
        }
        return failures
    }
}

extension JudgeReading: ExpressibleByArgument {}
