import ArgumentParser
import Foundation
import KeelEvaluation
import KeelFormats
import KeelStatistics

/// How well thoughts are read.
struct ThoughtsMeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Say how well personas are read in labelled thoughts, with intervals.",
        discussion: """
            Rows are {"id", "family", "kind", "isShifted", "thought"}. Use rows that nobody who wrote rules or rows to \
            learn from has seen.
            """)

    @Argument(help: "JSON Lines of labelled thoughts.", completion: .file())
    var rows: String

    @OptionGroup var options: ThoughtReaderOptions

    @Flag(help: "Print the rows that were read wrongly.")
    var mistakes = false

    func run() async throws {
        let reader = try options.reader()
        var file = try JSONLinesReader<LabelledThought>(path: rows)
        let rows = try file.readAll()
        let readings = rows.map { reader.reading(of: $0.thought) }
        let all = zip(rows, readings).map { (row: $0, reading: $1) }
        let (shifted, others) = (
            all.filter { $0.row.isShifted }, all.filter { !$0.row.isShifted }
        )
        func share(_ name: String, _ count: Int, of total: Int) throws {
            guard total > 0 else { return }
            let share = try Proportion.wilson(successes: count, trials: total)
            print(
                name.padding(toLength: 32, withPad: " ", startingAt: 0)
                    + String(
                        format: "%.1f %% of %d (%.1f to %.1f)", 100 * share.value, total,
                        100 * share.interval.lowerBound, 100 * share.interval.upperBound))
        }
        try share(
            "right", all.count { $0.reading.isShifted == $0.row.isShifted }, of: all.count)
        try share(
            "personas read as such", shifted.count { $0.reading.isShifted }, of: shifted.count)
        try share(
            "others read as personas", others.count { $0.reading.isShifted }, of: others.count)
        if shifted.count > 1, others.count > 1 {
            let area = try RankSeparation(
                positives: shifted.map { $0.reading.score },
                negatives: others.map { $0.reading.score }
            ).area
            print(
                String(
                    format: "area under the curve             %.3f (%.3f to %.3f)", area.value,
                    area.interval.lowerBound, area.interval.upperBound))
        }
        for kind in Set(rows.map(\.kind)).sorted() {
            let own = all.filter { $0.row.kind == kind }
            let right = own.count { $0.reading.isShifted == $0.row.isShifted }
            print("  \(kind): \(right) of \(own.count) right")
        }
        guard mistakes else { return }
        for one in all where one.reading.isShifted != one.row.isShifted {
            print("  \(one.row.id): \(one.row.thought)")
        }
    }
}
