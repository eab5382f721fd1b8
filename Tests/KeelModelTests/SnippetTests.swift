import KeelLanguage
import KeelModel
import Testing

/// What `Sources/KeelModel/KeelModel.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a model is loaded and answers`() async throws {
        let base = try Golden.path("tiny-llama")
        let model = try await LocalChatModel(ModelReference(base: base))
        let options = SamplingOptions(maxTokens: 8, seed: 1)
        let answer = try await model.complete(.user("Hello"), options: options)
        #expect(answer.tokens.count <= 8)
    }
}
