import ArgumentParser
import Foundation
import KeelCharacter
import KeelFormats
import KeelReport

/// How well a property that is defined in words can be graded.
struct ConceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "concept",
        abstract:
            "Measure how well a model grades by a concept sheet: a property in words, with examples at its edge.",
        discussion: """
            A sheet is YAML: name, definition, and examples of {text, holds, because}. Cases are JSON Lines of {"text", \
            "holds"}, labelled by people. The model is shown the sheet and each case; its log-odds of Yes against No is \
            the score. Prints how well the scores tell the two kinds apart, with an interval, and the cases that stand \
            on the wrong side: there the sheet, the grader or the label is unclear.
            """)

    @Argument(help: "The sheet, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
    var sheet: String

    @Option(help: "JSON Lines of labelled cases.", completion: .file())
    var cases: String

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions

    @Option(help: "Unclear cases to print.")
    var top = 10

    @Option(help: "Also write a report to this HTML file.", completion: .file())
    var report: String?

    private struct LabelledText: Decodable {
        var text: String
        var holds: Bool
    }

    func validate() throws {
        guard top >= 0 else { throw ValidationError("--top must be at least 0.") }
    }

    func run() async throws {
        let sheet = try ConceptSheet(contentsOf: URL(filePath: sheet))
        var reader = try JSONLinesReader<LabelledText>(path: cases)
        var labelled: [(place: String, row: LabelledText)] = []
        while let row = try reader.next() { labelled.append(("\(cases):\(reader.line)", row)) }
        guard [true, false].allSatisfy({ kind in labelled.count { $0.row.holds == kind } > 1 })
        else { throw ValidationError("\(cases) needs at least two cases of either kind.") }
        let budget = try calls.budget()
        defer { budget?.report() }
        let source = try await model.source(calls, on: try model.machine().sharedByWorkers())
        let grader = ConceptGrader(try await source.load(budget: budget), sheet: sheet)
        let total = labelled.count
        let scored = try await untilInterrupted("Stopped.") {
            [labelled, limit = calls.concurrency] in
            let line = ProgressLine("concept")
            var scored: [ConceptReport.Case] = []
            try await forEachInOrder(labelled, limit: max(1, limit)) {
                try await grader.score($0.row.text)
            } receive: { one, score in
                scored.append(
                    .init(place: one.place, text: one.row.text, holds: one.row.holds, score: score))
                line.update(done: scored.count, total: total, rate: "cases", remaining: nil)
            }
            line.finish()
            return scored
        }
        let found = try ConceptReport(sheet.name, scored, grader: source.name)
        if let report { try found.page(definition: sheet.definition).write(to: report) }
        if model.json { return try Terminal.printJSON(found) }
        found.print(top: top)
        if let report { print("\nReport: \(report)") }
    }
}

extension ConceptReport {
    fileprivate func print(top: Int) {
        Swift.print(
            String(
                format:
                    "%@: %d cases, %d with it. Separation %.3f (%.3f to %.3f), where 0.5 is chance.",
                concept, cases, holding, separation.value, separation.low, separation.high))
        Swift.print(
            String(
                format:
                    "By its sign, the score is right for %.0f%% of those with it and %.0f%% of those without.",
                100 * sensitivity, 100 * specificity))
        if let grader { Swift.print("Graded by \(grader).") }
        if unclear.isEmpty { return }
        Swift.print("\nUnclear, the worst first:")
        Terminal.printTable(
            [["case", "label", "score", "right of", "text"]]
                + unclear.prefix(top).map { one in
                    [
                        one.labelled.place, one.labelled.holds ? "yes" : "no",
                        String(format: "%+.2f", one.labelled.score),
                        String(format: "%.0f%%", 100 * one.placement),
                        one.labelled.text.replacing("\n", with: " ").shortened(to: 60),
                    ]
                })
    }
}
