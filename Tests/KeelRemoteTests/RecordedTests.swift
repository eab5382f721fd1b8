import Foundation
import KeelLanguage
import KeelRemote
import Testing

/// Answers in the shapes that the servers' documentation shows; those of llama.cpp were recorded.
struct RecordedTests {
    struct Expected: Sendable {
        var file: String
        var text = "Good day."
        var finish = Completion.Finish.stop
        var prompt: Int
        var completion: Int
        var count: Int?
        var model: String
    }

    @Test(arguments: [
        Expected(
            file: "openai-chat.json", prompt: 19, completion: 10, count: 10,
            model: "gpt-4.1-2025-04-14"),
        Expected(
            file: "openai-reasoning.json", prompt: 19, completion: 74, count: 10,
            model: "o4-mini-2025-04-16"),
        Expected(
            file: "vllm-chat.json", finish: .length, prompt: 19, completion: 10, count: 10,
            model: "Qwen/Qwen2.5-1.5B-Instruct"),
        Expected(
            file: "vllm-reasoning.json", prompt: 19, completion: 50, count: nil,
            model: "Qwen/Qwen3-0.6B"),
        Expected(
            file: "llamacpp-chat.json", finish: .length, prompt: 31, completion: 5, count: 5,
            model: "smollm2-135m-instruct.Q4_1.gguf"),
        Expected(
            file: "anthropic-thinking.json", prompt: 19, completion: 50, count: nil,
            model: "claude-sonnet-4-5-20250929"),
        Expected(
            file: "anthropic-silent.json", text: "", prompt: 10, completion: 2, count: 0,
            model: "claude-sonnet-4-5-20250929"),
        Expected(
            file: "openai-stream.sse", prompt: 19, completion: 10, count: 10, model: "gpt-4o-mini"),
        Expected(
            file: "llamacpp-stream.sse", finish: .length, prompt: 31, completion: 5, count: 5,
            model: "smollm2-135m-instruct.Q4_1.gguf"),
        Expected(
            file: "anthropic-stream.sse", prompt: 31, completion: 40, count: nil,
            model: "claude-sonnet-4-5-20250929"),
    ])
    func `an answer is read as the server meant it`(expected: Expected) throws {
        let url = try #require(
            Bundle.module.url(forResource: "Recorded/\(expected.file)", withExtension: nil))
        let data = try Data(contentsOf: url)
        let wire: any Wire =
            expected.file.hasPrefix("anthropic") ? AnthropicWire() : OpenAIWire()
        let answer: WireAnswer
        if expected.file.hasSuffix(".sse") {
            var events = ServerSentEvents(limit: 1 << 16)
            var stream = wire.stream(of: .user("Hello"))
            var text = ""
            for event in try events.append(data) { text += try stream.add(event).text }
            #expect(stream.isOver && stream.isWhole && text == expected.text)
            answer = stream.answer
        } else {
            answer = try wire.answer(from: data, to: .user("Hello"))
        }
        let completion = try answer.completion()
        #expect(completion.text == expected.text && completion.finish == expected.finish)
        #expect(completion.usage?.promptTokens == expected.prompt)
        #expect(completion.usage?.completionTokens == expected.completion)
        #expect(completion.tokenCount == expected.count && answer.model == expected.model)
    }
}
