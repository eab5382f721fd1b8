import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelFormats

extension ConstitutionCommand {
    struct CheckCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check a constitution, and say what its author should look at.",
            discussion: """
                Finds clauses that contradict or repeat each other, "never" and "always" without a scope, and traits \
                that nothing measures. Words are compared, not meanings. The exit status is 2 where something is found.
                """)

        @Argument(help: "A YAML file, or a constitution that ships with Keel.")
        var constitution: String

        @Option(help: "Rows made by it: say what each principle changed in them.")
        var data: String?

        @Option(
            help:
                "A suite file that measures traits, beside those that ship; may be given several times."
        )
        var suite: [String] = []

        @Flag(help: "Print results as JSON.")
        var json = false

        private struct Result: Encodable {
            var name, version, fingerprint: String
            var findings: [ConstitutionFinding]
            var data: PreferenceSummary?
        }

        func run() throws {
            let checked = try Constitution.named(constitution)
            let suites =
                try Suite.shippedNames.map { try Suite.shipped($0) }
                + suite.map { try Suite(contentsOf: URL(filePath: $0)) }
            let findings = checked.findings(
                dimensions: Set(suites.flatMap(\.dimensions).map(\.id)))
            let summary = try data.map { path in
                var reader = try JSONLinesReader<PreferenceRecord>(path: path)
                return PreferenceSummary(try reader.readAll())
            }
            if json {
                try Terminal.printJSON(
                    Result(
                        name: checked.name, version: checked.version,
                        fingerprint: checked.fingerprint, findings: findings, data: summary))
            } else {
                print(
                    "\(checked.name), version \(checked.version), fingerprint "
                        + "\(checked.fingerprint): \(checked.principles.count) principles, "
                        + "\(checked.traits.count) traits")
                for found in findings {
                    let clauses = found.clauses.joined(separator: ", ")
                    print("\(found.kind.rawValue) (\(clauses)): \(found.text)")
                }
                if let summary { summary.printTable() }
            }
            if !findings.isEmpty { throw ExitCode(2) }
        }
    }
}

extension PreferenceSummary {
    /// What each principle did to the rows.
    func printTable() {
        let parts = origins.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }
        print("\n\(rows) rows: \(parts.joined(separator: ", "))")
        if principles.isEmpty { return }
        Terminal.printTable(
            [["principle", "rows", "uncertain", "mean P", "words added"]]
                + principles.map { effect in
                    let words = effect.addedWords.map {
                        String(
                            format: "%+.1f (%+.1f to %+.1f)", $0.value, $0.low,
                            $0.high)
                    }
                    return [
                        effect.principle, "\(effect.rows)", "\(effect.uncertain)",
                        String(format: "%.3f", effect.meanProbability), words ?? "not known",
                    ]
                })
    }
}
