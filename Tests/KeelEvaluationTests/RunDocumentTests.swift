import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// Every field that a run's files have is described in `docs/runs.md`.
struct RunDocumentTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// The names of the fields of all objects in a JSON value.
    ///
    /// - Parameters:
    ///   - value: As `JSONSerialization` reads it.
    ///   - free: Fields in which the names are data, such as those of facts.
    /// - Returns: The names, those in free fields left out.
    private static func fields(_ value: Any, free: Set<String>) -> Set<String> {
        switch value {
        case let object as [String: Any]:
            object.reduce(into: []) { names, field in
                names.insert(field.key)
                if !free.contains(field.key) {
                    names.formUnion(fields(field.value, free: free))
                }
            }
        case let list as [Any]:
            list.reduce(into: []) { $0.formUnion(fields($1, free: free)) }
        default: []
        }
    }

    /// What stands in backquotes under a heading of the page.
    private static func described(_ name: String) throws -> Set<String> {
        let page = URL(filePath: #filePath).appending(path: "../../../docs/runs.md")
            .standardizedFileURL
        let text = try String(contentsOf: page, encoding: .utf8)
        let sections = text.components(separatedBy: "\n## ")
        let own = try #require(sections.first { $0.hasPrefix("`\(name)`") })
        return Set(own.matches(of: /`([A-Za-z]+)`/).map { String($0.output.1) })
    }

    @Test func `what is written is what the page describes`() async throws {
        let small = try await SmallRun()
        let quoted = try await scratch.answered("quoted")
        let items = [
            JudgeCalibration.Item(
                rubric: "kind", probe: "p", sample: 0, label: .neither, verdict: .neither),
            JudgeCalibration.Item(
                rubric: "kind", probe: "p", sample: 1, label: .neither, verdict: nil,
                missing: .tie),
        ]
        let judge = try JudgeConfig.test(quoted.rubrics)
        try await quoted.judge(
            by: honestJudge, calibration: JudgeCalibration(judge: judge, items: items))
        let scored = try await scratch.answered("scored")
        try await scored.judge(by: honestJudge, reading: .scored)
        for run in [small.run, quoted, scored] { try run.save(try run.map()) }

        var found: [String: Set<String>] = [:]
        for run in [small.run, quoted, scored] {
            for name in [
                "config.json", "samples.jsonl", "metrics.jsonl", "judge.json", "judgements.jsonl",
                "calibration.json",
            ] {
                let file = run.folder.appending(component: name)
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                let values =
                    name.hasSuffix("l") ? text.split(separator: "\n").map(String.init) : [text]
                for value in values {
                    let json = try JSONSerialization.jsonObject(with: Data(value.utf8))
                    found[name, default: []].formUnion(
                        Self.fields(json, free: ["facts", "rubrics"]))
                }
            }
        }
        #expect(found.count == 6)
        for (name, fields) in found {
            var described = try Self.described(name)
            // These are described where they first come.
            if name.hasPrefix("judge") || name.hasPrefix("cal") {
                described.formUnion(try Self.described("config.json"))
                described.formUnion(try Self.described("judge.json"))
            }
            #expect(fields.subtracting(described) == [], "\(name)")
        }
        #expect(found["judgements.jsonl"]?.isSuperset(of: ["reply", "logprobs"]) == true)
        #expect(found["samples.jsonl"]?.isSuperset(of: ["talk", "end", "user"]) == true)
    }
}
