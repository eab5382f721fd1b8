import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation

extension ConstitutionCommand {
    struct CheckCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check a constitution, and say what its author should look at.",
            discussion: """
                Finds clauses that contradict or repeat each other, "never" and "always" without a scope, and traits \
                that nothing measures. Words are compared, not meanings. The exit status is 2 where something is found.
                """)

        @Argument(
            help: "A YAML file, or a constitution that ships with Keel.", completion: .constitution)
        var constitution: String

        @Option(
            help: "Rows made by it: say what each principle changed in them.", completion: .file())
        var data: String?

        @Option(
            help:
                "A suite file that measures traits, beside those that ship; may be given several times.",
            completion: .file(extensions: ["yaml", "yml"]))
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
            let records = try data.map { try PreferenceRecord.read($0) }
            let summary = records.map { PreferenceSummary($0, features: TextFeature.inspected) }
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
                for line in RowMakers.sentences(data.map { [$0] } ?? []) { print(line) }
                if let records { Self.compare(checked, with: records) }
            }
            if !findings.isEmpty { throw ExitCode(2) }
        }

        /// Says which clauses changed nothing in the rows, and which rows were made by other words.
        private static func compare(_ checked: Constitution, with records: [PreferenceRecord]) {
            let ids = checked.principles.map(\.id) + checked.traits.map(\.id)
            let used = Set(records.compactMap(\.principle))
            let silent = ids.filter { !used.contains($0) }
            if !silent.isEmpty { print("No row is by \(silent.joined(separator: ", ")).") }
            let others = used.filter { id in
                let wording = checked.criterion(id)?.told
                return records.contains { $0.principle == id && $0.wording != wording }
            }
            if !others.isEmpty {
                print(
                    "Rows by \(others.sorted().joined(separator: ", ")) were made by other words than "
                        + "this constitution has.")
            }
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
        for effect in principles where !effect.shifts.isEmpty {
            let shifts = effect.shifts.map { shift in
                String(format: "%+.2f ", shift.difference) + shift.title
                    + (shift.interval.map { String(format: " (%+.2f to %+.2f)", $0.low, $0.high) }
                        ?? "")
            }
            print("\(effect.principle) changed, per answer: \(shifts.joined(separator: "; "))")
        }
        if tests > 0, principles.allSatisfy(\.shifts.isEmpty) {
            print("No principle was found to have changed the style of answers (\(tests) tests).")
        }
    }
}
