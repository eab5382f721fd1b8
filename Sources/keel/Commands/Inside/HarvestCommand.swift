import ArgumentParser
import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTraining

/// Reads text and stores activations.
struct HarvestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "harvest",
        abstract: "Store activations of every token of text or chats.",
        discussion: """
            Rows are {"text"}, {"messages"}, or {"prompt", "completion"}. OUT holds plain arrays with a JSON manifest \
            (docs/interpretability.md). Stopped or killed, the same command goes on behind the last whole shard. \
            Several processes share the work where RANK and WORLD_SIZE are set, as torchrun and Slurm do.
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: "JSON Lines to read; may be given several times.", completion: .file())
    var data: [String]

    @Option(help: "A hook point, as blocks.15.hook_resid_post; may be given several times.")
    var at: [String]

    @Option(help: "The folder of the activations.", completion: .directory)
    var out: String

    @Option(help: "The most tokens of a passage; longer texts are cut, chats end there.")
    var window = 256

    @Option(
        help: "float32, float16 or bfloat16.",
        completion: .list(["float32", "bfloat16", "float16"]))
    var type = "float32"

    @Option(help: "The most tokens to store, over all processes.")
    var maxTokens: Int?

    @Option(
        help:
            "Tokens at the start of each passage that are left out; the first is unlike any other."
    )
    var skip = 1

    @Option(
        help: "A model whose activations are taken off, to store the difference of two models.")
    var minus: String?

    @Flag(help: "Store tokens of answers only.")
    var answersOnly = false

    func run() async throws {
        var options = HarvestOptions(points: at)
        options.window = window
        options.type = type
        options.maxRows = maxTokens
        options.skippedPositions = skip
        options.answersOnly = answersOnly
        let device = try model.exactDevice()
        let reference = try model.reference
        let other = try minus.map { try ModelReference(named: $0) }
        let (rank, size) = try Self.place()
        let line = ProgressLine("activations")
        let clock = ContinuousClock.now
        let (rows, last) = try await untilInterrupted(
            "Stopped. The same command goes on behind the last whole shard in \(out)."
        ) { [options, data, out, maxTokens] in
            try await TrainingThread().run { _ in
                let language = try LanguageModel(reference, device: device)
                let subtracted = try other.map { try LanguageModel($0, device: device) }
                var last: Harvest.Progress?
                let rows = try Harvest(
                    language, minus: subtracted, data: data, options: options, folder: out,
                    rank: rank, size: size
                ).run { progress in
                    last = progress
                    let total = maxTokens.map { $0 / size } ?? progress.rows
                    let rate = Double(progress.tokens) / max(progress.seconds, 1e-9)
                    line.update(
                        done: min(progress.rows, max(total - 1, 0)), total: total,
                        rate: "\(Int(rate)) tokens/s",
                        remaining: maxTokens == nil
                            ? nil : .seconds(Double(max(0, total - progress.rows)) / rate))
                }
                return (rows, last)
            }
        }
        line.finish()
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        if model.json {
            // Loading apart from reading, which this sitting may have begun late or not at all.
            try Terminal.printJSON(
                [
                    "tokens": Double(rows), "seconds": seconds,
                    "read_tokens": Double(last?.tokens ?? 0), "read_seconds": last?.seconds ?? 0,
                ])
        } else {
            print("\(rows) tokens in \(out), \(Terminal.text(.seconds(seconds))).")
        }
    }

    /// Which of how many processes this one is.
    private static func place() throws -> (rank: Int, size: Int) {
        let variables = ProcessInfo.processInfo.environment
        let names =
            variables["WORLD_SIZE"] != nil
            ? ("RANK", "WORLD_SIZE") : ("SLURM_PROCID", "SLURM_NTASKS")
        guard let text = variables[names.1] else { return (0, 1) }
        guard let size = Int(text), size >= 1,
            let rank = variables[names.0].flatMap(Int.init), (0..<size).contains(rank)
        else {
            throw ValidationError(
                "\(names.1) is \(text), so \(names.0) must say which of these processes this one is."
            )
        }
        return (rank, size)
    }
}
