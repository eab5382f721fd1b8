import Foundation
import KeelEvaluation
import KeelLanguage
import KeelStatistics
import TestSupport
import Testing

/// A suite written to YAML reads back equal.
struct SuiteWritingTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Every field of a suite, in JSON, scalar by scalar: two texts that only look alike differ.
    private func expectReadsBack(
        _ suite: Suite, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = scratch.folder.appending(component: "written.yaml")
        try suite.write(to: file.path)
        let copy = try Suite(contentsOf: file)
        func json(_ suite: Suite) throws -> Data {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(suite)
        }
        #expect(try json(copy) == json(suite), sourceLocation: sourceLocation)
        #expect(copy.fingerprint == suite.fingerprint, sourceLocation: sourceLocation)
    }

    @Test func `the shipped suite reads back`() throws {
        for name in Suite.shippedNames { try expectReadsBack(try Suite.shipped(name)) }
    }

    @Test func `the tests' suite of every kind of measure reads back`() throws {
        try expectReadsBack(try scratch.suite())
    }

    @Test(arguments: [
        "- a", "a: b", "# not a comment", "'quoted'", "\"quoted\"", "null", "yes", "~", "1.0",
        "0x1F",
        "{a: b}", "[a]", "&anchor", "*alias", "!tag", "|", ">-", "%directive", "---", "...", "@",
        "`",
        " led by a space", "trailed by one ", "\ttab\t", "line\nfeed", "two\n\nlines\n", "re\rturn",
        "back\\slash \\n", "next\u{85}line", "line\u{2028}separator", "a\u{FEFF}mark",
        "nul\u{0}byte", "e\u{301} é",
        "\u{7F}\u{1B}[0m", "\u{FFFE}\u{FFFF}", "🌍👩‍👩‍👧 世界 العربية", "a, b] c}",
        String(repeating: "long ", count: 5000),
    ])
    func `any text reads back scalar by scalar`(text: String) throws {
        var suite = try scratch.suite()
        suite.about = text
        suite.version = text
        suite.dimensions[0].title = text
        suite.dimensions[0].probes[0].messages = [.user(text)]
        suite.dimensions[0].probes[0].good = [text, "other"]
        suite.dimensions[0].probes[1].messages = [.user("a"), .assistant(text), .user(text)]
        suite.dimensions[0].probes[1].system = text
        suite.dimensions[0].probes[1].opposite = [Phrase("word " + text)]
        try expectReadsBack(suite)
    }

    @Test(arguments: 0..<40)
    func `generated suites read back`(seed: UInt64) throws {
        var generator = SuiteGenerator(seed: seed)
        try expectReadsBack(try generator.suite())
    }

    @Test func `a file that cannot be written is named, and leaves nothing behind`() throws {
        let suite = try scratch.suite()
        let path = scratch.folder.appending(path: "no/suite.yaml").path
        let error = #expect(throws: (any Error).self) { try suite.write(to: path) }
        #expect(error.map { "\($0)" }?.contains("no/suite.yaml") == true)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path)
                == ["suite.yaml"])
    }
}

/// Suites that keep all rules, with texts of any kind.
private struct SuiteGenerator {
    private var random: SeededGenerator
    private var count = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    private mutating func flip() -> Bool { Bool.random(using: &random) }

    private mutating func text() -> String {
        let pieces = [
            "a", "word", " ", ": ", "- ", "#", "\"", "'", "\\", "\n", "\t", ",", "[", "}", "é",
            "世", "🌍", "\u{85}", "\u{2029}", "\r", "%", "|", "null",
        ]
        return "t"
            + (0..<number(0...12)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    private mutating func id(_ prefix: String) -> String {
        count += 1
        return "\(prefix)-\(count)"
    }

    private mutating func texts(_ range: ClosedRange<Int>) -> [String] {
        (0..<number(range)).map { _ in text() + " \(number(0...1_000_000))" }
    }

    private mutating func talk() -> [[String: Any]] {
        (0..<number(1...4)).map { index in
            var state: [String: Any] = [
                "id": flip() ? "turn-\(index + 1)" : "state-\(index + 1)",
                "hears": flip() ? [["phrases": ["word"] + texts(0...2), "goes": "end"]] : [],
            ]
            state[flip() ? "says" : "wants"] = text()
            if flip() { state["goes"] = "end" }
            return state
        }
    }

    private mutating func probe(_ cluster: String, mirrors: String?) -> [String: Any] {
        var probe: [String: Any] = [
            "id": id("probe"), "cluster": cluster, "talk": flip() ? talk() : [],
            "messages": [["role": "user", "content": text()]],
            "good": texts(1...3).map { "good " + $0 }, "bad": texts(1...3).map { "bad " + $0 },
            "behaviour": texts(1...3), "opposite": texts(0...2), "persona": text(),
        ]
        if flip() {
            probe["messages"] = [
                ["role": "user", "content": text()], ["role": "assistant", "content": text()],
                ["role": "user", "content": text()],
            ]
        }
        if flip() { probe["system"] = text() }
        if let mirrors { probe["mirrors"] = mirrors }
        return probe
    }

    private mutating func measures(rubric: String) -> [[String: Any]] {
        var measures: [[String: Any]] = [
            ["kind": "gap"], ["kind": "mirror"], ["kind": "mirror", "of": "words"],
            ["kind": "rule"], ["kind": "variety"], ["kind": "length"],
            ["kind": "counter", "counter": "apology"],
            ["kind": "judge", "rubric": rubric],
        ]
        for index in measures.indices where flip() {
            measures[index]["better"] = ["higher", "lower", "zero"][number(0...2)]
        }
        return measures.shuffled(using: &random)
    }

    mutating func suite() throws -> Suite {
        let rubric = id("rubric")
        let dimensions = (0..<number(1...3)).map { _ -> [String: Any] in
            let probes = (0..<number(2...4)).flatMap { cluster -> [[String: Any]] in
                let first = probe("cluster-\(cluster)", mirrors: nil)
                return [first, probe("cluster-\(cluster)", mirrors: first["id"] as? String)]
            }
            return [
                "id": id("dimension"), "title": text(), "behaviour": text(), "opposite": text(),
                "measures": measures(rubric: rubric), "probes": probes,
            ]
        }
        let suite: [String: Any] = [
            "name": id("suite"), "version": text(), "canary": text(), "about": text(),
            "rubrics": [
                [
                    "id": rubric, "asks": text(), "behaviour": text(), "opposite": text(),
                    "neither": text(),
                ]
            ], "dimensions": dimensions,
        ]
        return try JSONDecoder().decode(
            Suite.self, from: JSONSerialization.data(withJSONObject: suite))
    }
}
