import KeelLanguage
import Testing

/// What `Sources/KeelLanguage/KeelLanguage.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a scripted model answers`() async throws {
        let model = ScriptedChatModel { _, sample, _ in "Answer \(sample)." }
        let answers = try await model.complete(.user("Hello"), samples: 0..<2, options: .init())
        let texts = answers.map(\.text)
        #expect(texts == ["Answer 0.", "Answer 1."])
    }
}
