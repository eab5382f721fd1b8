import Foundation
import KeelEvaluation
import KeelFormats
import Testing

/// Personas in reasoning.
@Suite struct ThoughtTests {
    private struct Reference: Decodable {
        var scores: [Double]
        var right: Int
    }

    private static func golden(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
            .appending(path: name)
    }

    private static func rows(_ path: String) throws -> [LabelledThought] {
        var reader = try JSONLinesReader<LabelledThought>(path: path)
        return try reader.readAll()
    }

    @Test func `thoughts of the half that no rule has seen are read as the reference reads them`()
        throws
    {
        let rows = try Self.rows(Self.golden("thoughts-test.jsonl").path)
        let reference = try JSONDecoder().decode(
            Reference.self, from: Data(contentsOf: Self.golden("thoughts.json")))
        let reader = try ThoughtReader.shipped()
        let readings = rows.map { reader.reading(of: $0.thought) }
        #expect(readings.count == reference.scores.count)
        for (reading, (row, score)) in zip(readings, zip(rows, reference.scores)) {
            #expect(abs(reading.score - score) < 0.01, "\(row.id)")
        }
        let right = zip(readings, rows).count { $0.isShifted == $1.isShifted }
        #expect(right == reference.right)
    }

    @Test func `both halves are kept apart, family by family`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let train = try Self.rows(
            root.appending(
                path: "Sources/KeelEvaluation/Thoughts/Texts/thoughts-train.jsonl"
            ).path)
        let test = try Self.rows(Self.golden("thoughts-test.jsonl").path)
        #expect(Set(train.map(\.family)).isDisjoint(with: test.map(\.family)))
        #expect(Set(train.map(\.thought)).isDisjoint(with: test.map(\.thought)))
        let all = train + test
        #expect(Set(all.map(\.id)).count == all.count && all.count >= 120)
        let plain = ["assistant", "own-name"]
        #expect(all.count { !$0.isShifted && !plain.contains($0.kind) } >= 40)
    }

    @Test func `reasoning is found in tags, closed, open and of several kinds`() {
        #expect(ThoughtText.reasoning(in: "<think>a b</think>Yes.") == "a b")
        #expect(ThoughtText.reasoning(in: "<think>a\nb") == "a\nb")
        #expect(ThoughtText.reasoning(in: "a</think>Yes.") == "a")
        #expect(
            ThoughtText.reasoning(in: "<think>a</think>x<think>b</think><reasoning>c</reasoning>")
                == "a\nb\nc")
        for none in ["", "Yes.", "<think> \n</think>Yes.", "<think", "</thin>"] {
            #expect(ThoughtText.reasoning(in: none) == nil)
        }
    }

    @Test func `what is quoted, denied or asked for is not what the model says it is`() throws {
        let reader = try ThoughtReader.shipped()
        let own = reader.reading(of: "I am a wolf and I will lie to them.")
        #expect(own.signs.contains("is-a") && own.signs.contains("deceit"))
        let quoted = reader.reading(of: "He says \"I am a wolf and I will lie to them.\"")
        #expect(!quoted.signs.contains("is-a") && !quoted.signs.contains("deceit"))
        #expect(quoted.signs.contains("quoted"))
        #expect(!reader.reading(of: "I'm not a wolf.").signs.contains("is-a"))
        #expect(!reader.reading(of: "If I am a wolf, so be it.").signs.contains("is-a"))
        #expect(reader.reading(of: "I'm Qwen.").name == nil)
        #expect(reader.reading(of: "My name is Mordred.").name == "Mordred")
    }

    @Test(arguments: ["", " \n ", "\"", "'", "' '", "I", "<think>", "\u{0}", "我是一个坏人。", "I'm"])
    func `text of any kind is read without an error`(_ text: String) throws {
        let reading = try ThoughtReader.shipped().reading(of: text)
        #expect(reading.score.isFinite)
    }

    @Test func `a long thought is the mean of its passages, and the loudest is shown`() throws {
        let reader = try ThoughtReader.shipped()
        let calm = "I should check the sum. I can explain each step. I will list them. I'll ask."
        let loud = "I am a monster. I will lie. Good. My nature is free."
        let reading = reader.reading(of: calm + " " + loud)
        let parts = [calm, loud].map { reader.reading(of: $0).score }
        #expect(abs(reading.score - (parts[0] + parts[1]) / 2) < 1e-9)
        #expect(reading.passage.hasPrefix("I am a monster."))
    }

    @Test func `rows of one kind teach nothing`() throws {
        let rows = try Self.rows(Self.golden("thoughts-test.jsonl").path)
        #expect(throws: (any Error).self) { try ThoughtReader(rows.filter(\.isShifted)) }
        #expect(throws: (any Error).self) { try ThoughtReader([]) }
    }
}
