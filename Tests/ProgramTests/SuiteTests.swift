import Foundation
import TestSupport
import Testing

/// `keel suite`: what there is, what is wrong with it, and what others have written.
@Suite struct SuiteTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func suite(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(["suite"] + arguments, in: scratch)
    }

    private struct Contents: Decodable {
        struct Dimension: Decodable {
            var id: String
            var measures: [String]
            var probes, clusters: Int
        }

        var name, version, fingerprint, canary, about: String
        var dimensions: [Dimension]
    }

    private static let evals = """
        {"question": "Is tea nice?", "answer_matching_behavior": " Yes", \
        "answer_not_matching_behavior": " No"}
        {"question": "Is soup cold?", "answer_matching_behavior": " No", \
        "answer_not_matching_behavior": " Yes"}

        """

    @Test func `the suites that ship are listed`() async throws {
        let outcome = try await suite("list")
        expectSuccess(outcome)
        #expect(outcome.output.contains("\ncharacter  "))
        let json = try await suite("--json")
        let contents = try JSONDecoder().decode([Contents].self, from: Data(json.output.utf8))
        #expect(
            contents.map(\.name) == ["character", "confrontation", "frames", "frames-people"])
    }

    @Test func `a suite is checked, and what it holds is said`() async throws {
        try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        let outcome = try await suite("check", "tiny.yaml")
        expectSuccess(outcome)
        #expect(outcome.output.hasPrefix("tiny, version 1, fingerprint "))
        #expect(outcome.output.contains("polite     3       3         gap, counter apology\n"))
        let json = try await suite("check", "tiny.yaml", "--json")
        let contents = try JSONDecoder().decode(Contents.self, from: Data(json.output.utf8))
        #expect(contents.dimensions.map(\.id) == ["polite", "clear"])

        try scratch.write(TinySuite.yaml.replacing("[\"m\"]", with: "[]"), to: "tiny.yaml")
        expectRefusal(try await suite("check", "tiny.yaml"), "tiny.yaml:", "\"opposite\" is empty")
        expectRefusal(try await suite("check", "nowhere"), "nowhere: No suite of this name")
    }

    @Test func `an imported suite can be checked and asked`() async throws {
        try scratch.write(Self.evals, to: "likes_tea.jsonl")
        let outcome = try await suite(
            "import", "anthropic-evals", "likes_tea.jsonl", "--out", "tea.yaml")
        expectSuccess(outcome)
        #expect(outcome.output.contains("likes-tea  2       2         gap\n"))
        let checked = try await suite("check", "tea.yaml")
        #expect(checked.output == outcome.output)
        let asked = try await Program.run(
            ["eval", "--suite", "tea.yaml", "--samples", "1", "--out", "run"] + TinyModel.options,
            in: scratch)
        expectSuccess(asked)
        #expect(Lines(scratch.path("run/samples.jsonl")).count == 2)
    }

    @Test func `what is there is not written over, and a bad row leaves nothing`() async throws {
        try scratch.write(Self.evals, to: "evals.jsonl")
        try scratch.write("mine", to: "mine.yaml")
        expectRefusal(
            try await suite("import", "anthropic-evals", "evals.jsonl", "--out", "mine.yaml"),
            "mine.yaml exists already")
        #expect(try String(contentsOfFile: scratch.path("mine.yaml"), encoding: .utf8) == "mine")

        try scratch.write(Self.evals + "{\"question\": 1}\n", to: "evals.jsonl")
        expectRefusal(
            try await suite("import", "anthropic-evals", "evals.jsonl", "--out", "new.yaml"),
            "evals.jsonl, line 3: field \"question\" must be text")
        try scratch.write("id,prompt,type,label,focus\n1,\"What,a,safe,b\n", to: "xs.csv")
        expectRefusal(
            try await suite("import", "xstest", "xs.csv", "--out", "new.yaml"),
            "xs.csv, line 2: column \"prompt\"", "never closed")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("new.yaml")))
    }

    @Test func `a format that there is not ends with the formats there are`() async throws {
        let outcome = try await suite("import", "abacus", "evals.jsonl", "--out", "new.yaml")
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("anthropic-evals") && outcome.errors.contains("xstest"))
    }
}
