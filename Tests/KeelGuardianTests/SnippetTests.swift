import KeelGuardian
import KeelLanguage
import Testing

/// What `Sources/KeelGuardian/KeelGuardian.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a conversation is read`() throws {
        let reader = try RiskReader.shipped()
        let conversation: [Message] = [.user("I want to die")]
        let reading = reader.reading(of: conversation)
        #expect(reading.level == .high)
    }
}
