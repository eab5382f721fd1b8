import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage
import KeelReport

/// The first hour with Keel, in a few minutes.
struct TourCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tour",
        abstract: "Map the model's character, check the map against chance, write the report.",
        discussion: """
            Maps the model twice under different seeds. The second map is the null: the same model must come out as \
            no different from itself, or the map could not be trusted to show a real change. Stopped at any moment, \
            the same command goes on where it stood.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions

    @Flag(help: "Ask only a small fixed part of the suite.")
    var quick = false

    @Option(name: .customLong("out"), help: "Where the runs go.", completion: .directory)
    var folder = "runs/tour"

    /// Answers to a probe: the fewest that can differ from each other, for a first look.
    private static let samples = 2

    func run() async throws {
        let start = ContinuousClock.now
        let folder = URL(filePath: folder)
        let budget = try calls.budget()
        let source = try await model.source(calls, on: model.machine().sharedByWorkers())
        let first = Mapping(
            suite: try .shipped("character"), model: source, quick: quick, system: nil,
            samples: Self.samples,
            sampling: SamplingOptions(maxTokens: 96, seed: model.seed))
        let second = first.withSeed(model.seed &+ 1)

        let part = quick ? "quick" : "full"
        let runs = try [
            first.run(in: folder.appending(path: "\(part)-seed-\(first.sampling.seed)")),
            second.run(in: folder.appending(path: "\(part)-seed-\(second.sampling.seed)")),
        ]
        let asked = runs[0].suite
        Terminal.note(
            "1 of 3: mapping \(source.name): \(asked.dimensions.count) dimensions, "
                + "\(asked.dimensions.reduce(0) { $0 + $1.probes.count }) probes, "
                + "\(Self.samples) answers to each that is sampled."
        )
        let chat = try await source.load(budget: budget)
        defer { budget?.report() }
        let (map, comparison) = try await untilInterrupted(
            "Stopped. The same command goes on where it stood."
        ) {
            let map = try await first.collect(runs[0], from: chat, calls, label: "map")
            Terminal.note(
                "2 of 3: the same model again under another seed, to see what chance alone does.")
            _ = try await second.collect(runs[1], from: chat, calls, label: "null")
            return (map, try Comparison(of: runs[0], with: runs[1]))
        }
        Terminal.note("3 of 3: the report.")
        let report = folder.appending(path: "report.html")
        try MapReport(
            run: runs[0], map: map.map, records: try runs[0].records(), failures: map.failures,
            null: comparison
        ).page().write(to: report.path)
        if model.json { return try Terminal.printJSON(map.map) }

        let program = CommandLine.arguments[0]
        map.printSummary()
        let found = comparison.found
        print(
            "\nThe same model under another seed: "
                + (found.isEmpty
                    ? "no difference found in \(comparison.changes.count) measures, as it must be."
                    : "\(found.count) of \(comparison.changes.count) measures seem to differ: read them as chance.")
        )
        for change in found { print("  \(change.sentence)") }
        print(try FalseAlarms(in: runs).sentence)
        print(
            """

            Done in \(Terminal.text(ContinuousClock.now - start)).
            Report:   \(report.path)
            Next:     \(program) chat --model \(source.name)
                      \(program) eval --model \(source.name)\(quick ? " --quick" : "") --max-tokens 96 \
            --system "Never apologise." --out runs/no-apology
                      \(program) compare \(runs[0].folder.path) runs/no-apology
            """)
    }
}
