import ArgumentParser
import Foundation
import KeelGuardian
import KeelReport

/// Thirty written conversations under two guardians.
struct GuardianCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Show written conversations under two guardians, side by side.",
        discussion: """
            Thirty conversations, English and Chinese, benign look-alikes among them, are held under both guardians. \
            No model is asked: the same written answers stand for it. The criteria C1 to C20 are scored by rules over \
            what was shown and by the states the conversations were written with; what these do not settle is left to a \
            judge, and no judge is asked here. OUT gets compare.json and report.html.
            """)

    @Option(
        help: "A YAML file of conversations, instead of those that ship.",
        completion: .file(extensions: ["yaml", "yml"]))
    var conversations: String?

    @Option(
        help: "A YAML file of values to weigh by, instead of those that ship.",
        completion: .file(extensions: ["yaml", "yml"]))
    var values: String?

    @Option(help: "The day for which help has to be young enough, as 2026-11-21 (default: today).")
    var day: String?

    @Option(
        name: .customLong("out"), help: "The folder to write; it must not be there yet.",
        completion: .directory)
    var folder: String

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() async throws {
        let output = try NewOutput(folder)
        let conversations =
            try conversations.map { try AuthoredConversations(contentsOf: URL(filePath: $0)) }
            ?? AuthoredConversations.shipped()
        let order =
            try values.map { try ValueOrder(contentsOf: URL(filePath: $0)) }
            ?? ValueOrder.shipped()
        let reader = try RiskReader.shipped()
        let comparison = try GuardianComparison(
            of: conversations, companion: Companion(values: order, reader: reader),
            gatekeeper: Gatekeeper(reader), on: try self.today())
        let place = URL(filePath: output.path, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try encoder.encode(comparison).write(
            to: place.appending(path: "compare.json"), options: .atomic)
        let report = place.appending(path: "report.html").path
        try comparison.page().write(to: report)
        if json { return try Terminal.printJSON(comparison) }
        comparison.printTable()
        print("\nReport: \(report)")
    }

    private func today() throws -> CalendarDay {
        guard let day else {
            return CalendarDay(secondsSince1970: Date().timeIntervalSince1970)
        }
        guard let found = CalendarDay(day) else {
            throw ValidationError("--day is \"\(day)\"; write it as 2026-11-21.")
        }
        return found
    }
}

extension GuardianComparison {
    func printTable() {
        Terminal.printTable(
            [["", "criterion", "gatekeeper", "companion"]]
                + CrisisCriterion.allCases.map { criterion in
                    [
                        criterion.rawValue, criterion.about,
                        tally(criterion, under: .gatekeeper).text,
                        tally(criterion, under: .companion).text,
                    ]
                })
        print("\n\(rows.count) conversations; met of those in which something settled it.")
    }
}

extension GuardianComparison.Tally {
    /// Such as `3 of 12`.
    var text: String {
        if settled > 0 { return "\(met) of \(settled)" }
        return leftToJudge > 0 ? "left to a judge" : "nothing calls for it"
    }
}
