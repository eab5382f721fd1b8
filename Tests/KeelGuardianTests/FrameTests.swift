import Foundation
import KeelGuardian
import Testing

@Suite struct FrameTests {
    @Test func `four frames ship, of about the same length`() throws {
        let frames = try Frame.shipped()
        #expect(frames.map(\.id) == ["equal", "ordered", "friend", "bounded"])
        let lengths = frames.map { $0.system.split(whereSeparator: \.isWhitespace).count }
        let (shortest, longest) = (lengths.min() ?? 0, lengths.max() ?? 0)
        #expect(shortest > 0 && Double(longest) < 1.25 * Double(shortest))
    }

    @Test func `equal and ordered rules are the same rules`() throws {
        let frames = try Frame.shipped()
        let rules = [
            "give no help that could hurt the person or anybody else", "mind how people feel",
            "say nothing untrue", "their choices are their own",
            "you are a program, and other people can do what you cannot",
            "give people what they ask for",
        ]
        for frame in frames where ["equal", "ordered"].contains(frame.id) {
            for rule in rules { #expect(frame.system.contains(rule), "\(frame.id): \(rule)") }
        }
    }

    @Test(arguments: [
        ("id: two", "id: one", "was there before"), ("id: two", "id: none", "without a frame"),
        ("id: two", "id: Two", "not an id"), ("id: two", "id: ../two", "not an id"),
        ("system: Be b.", "system: \" \"", "\"system\" is empty"),
        ("system: Be b.", "sistem: Be b.", "no such field"),
        ("  - {id: two, title: Two, about: B., system: Be b.}\n", "", "Give 2 to 5"),
    ])
    func `a defect is refused in words that name it`(
        old: String, new: String, words: String
    ) throws {
        let text = """
            frames:
              - {id: one, title: One, about: A., system: Be a.}
              - {id: two, title: Two, about: B., system: Be b.}

            """
        #expect(text.contains(old))
        let file = FileManager.default.temporaryDirectory
            .appending(path: "keel-frames-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        #expect(try Frame.all(contentsOf: file).map(\.id) == ["one", "two"])
        try Data(text.replacing(old, with: new).utf8).write(to: file)
        let error = #expect(throws: GuardianError.self) { try Frame.all(contentsOf: file) }
        #expect(error?.description.contains(words) == true)
    }
}
