import ArgumentParser
import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel

/// Has a model write text in many voices.
struct CorpusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus",
        abstract: "Have the model write chats in many voices, for those who have no text.",
        discussion: """
            Writes {"messages", "persona", "voice", "topic"}, a row for each persona and topic in an order that mixes \
            them. The system message that sets the voice is left out. Stopped, the same command goes on.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingArguments
    @OptionGroup var calls: CallOptions

    @Option(help: "JSON Lines to write.", completion: .file())
    var out: String

    @Option(help: "Chats to write.")
    var rows = 2000

    @Option(help: "A JSON file of personas, topics and forms (default: 213 personas, 200 topics).")
    var personas: String?

    func run() async throws {
        let options = try sampling.options(seed: model.seed, maxTokens: 192)
        let personas =
            try self.personas.map { try Personas(contentsOf: URL(filePath: $0)) }
            ?? Personas.shipped()
        let budget = try calls.budget()
        let source = try await model.source(calls, on: model.machine().sharedByWorkers())
        let chat = try await source.load(budget: budget)
        defer { budget?.report() }
        let line = ProgressLine("corpus")
        try await untilInterrupted("Stopped. \(out) holds what is done; the same command goes on.")
        { [out, rows] in
            let clock = ContinuousClock.now
            var first: Int?
            try await CorpusMaker(chat, personas: personas, options: options).write(
                to: out, rows: rows, concurrency: source.isRemote ? calls.concurrency : 64
            ) { done in
                let start = first ?? done - 1
                first = start
                let seconds = (ContinuousClock.now - clock) / .seconds(1)
                let rate = Double(done - start) / seconds
                line.update(
                    done: done, total: rows, rate: String(format: "%.1f chats/s", rate),
                    remaining: .seconds(Double(rows - done) / rate))
            }
        }
    }
}
