import KeelLanguage
import KeelRemote
import Testing

/// References of models elsewhere.
struct AddressTests {
    @Test(arguments: [
        ("https://host.example/v1#m", "https://host.example/v1", "m"),
        ("HTTP://Host:8000/v1/#org/Model:7b", "http://host:8000/v1", "org/Model:7b"),
        ("http://127.0.0.1:8080#a+b", "http://127.0.0.1:8080/v1", "a+b"),
        ("http://[::1]:8080/api/v2/#m", "http://[::1]:8080/api/v2", "m"),
        ("https://host.example", "https://host.example/v1", nil),
    ])
    func `an address has a base and a model`(text: String, base: String, model: String?) throws {
        let address = try RemoteAddress(text)
        #expect(address.base == base && address.model == model && address.api == .openAI)
        #expect(try RemoteAddress(address.description) == address)
    }

    @Test(arguments: [
        ("https://api.anthropic.com/v1#claude", "https://api.anthropic.com/v1#claude"),
        ("anthropic:https://api.anthropic.com#claude", "https://api.anthropic.com/v1#claude"),
        ("anthropic:http://127.0.0.1:8080#m", "anthropic:http://127.0.0.1:8080/v1#m"),
    ])
    func `Anthropic's API is meant by its host or by a mark`(text: String, whole: String) throws {
        let address = try RemoteAddress(text)
        #expect(address.api == .anthropic && address.description == whole)
        #expect(try RemoteAddress(whole) == address)
    }

    @Test(arguments: [
        "https://", "https://#m", "http:///v1#m", "ftp://host/v1#m", "https://host/v1#",
        "https://host:99999/v1#m", "http://host:0/v1#m", "anthropic:claude",
        "https://host/v1/chat/completions#m", "https://host/v1#a\nb",
        "https://user:hunter2@host/v1#m", "https://hunter2@host:x/v1#m",
        "https://host/v1?key=hunter2#m",
    ])
    func `a bad address is refused, and a password in it not repeated`(text: String) {
        #expect(RemoteAddress.isAddress(text) || text.hasPrefix("ftp"))
        let error = #expect(throws: LanguageError.self) { try RemoteAddress(text) }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(arguments: ["smollm2-135m", "models/https", "a+b", "./http", "anthropics"])
    func `other references are no addresses`(text: String) {
        #expect(!RemoteAddress.isAddress(text))
    }

    @Test func `a server with one model needs no name for it`() async throws {
        let server = try await ScriptedServer.start { number, _ in
            number == 0
                ? [.json(200, #"{"data": [{"id": "only", "owned_by": "vllm"}]}"#)] : [.chat("Hi.")]
        }
        let model = try await connect(server.base)
        #expect(model.name == server.base + "#only")
        #expect(
            model.facts == [
                "address": server.base, "api": "openai", "server": "vllm", "server model": "m-1",
            ])
    }

    @Test func `a server with several names them`() async throws {
        let server = try await ScriptedServer.start { _, _ in
            [.json(200, #"{"data": [{"id": "one"}, {"id": "two"}]}"#)]
        }
        let error = await #expect(throws: RemoteError.self) { try await connect(server.base) }
        #expect(error?.description.contains("one, two") == true)
    }

    @Test func `a wrong name shows when connecting`() async throws {
        let server = try await ScriptedServer.start { number, _ in
            number == 0
                ? [.json(200, #"{"data": [{"id": "one"}]}"#)]
                : [.json(404, #"{"error": {"message": "The model `x` does not exist"}}"#)]
        }
        let error = await #expect(throws: RemoteError.self) {
            try await connect(server.base + "#x")
        }
        #expect(error?.reason == .refused(status: 404, message: "The model `x` does not exist."))
    }

    @Test func `a model without a chat template is asked for text`() async throws {
        let server = try await ScriptedServer.start { _, request in
            switch request.path {
            case "/v1/completions":
                [
                    .json(
                        200,
                        #"{"model": "base", "choices": [{"text": "!", "finish_reason": "length"}]}"#
                    )
                ]
            default: [.json(400, #"{"message": "This model has no chat template"}"#)]
            }
        }
        let model = try await connect(server.base + "#base")
        #expect(model.facts["server model"] == "base")
        let completion = try await model.complete(.text("Hello"))
        #expect(completion.text == "!" && completion.finish == .length && completion.usage == nil)
    }

    private func connect(_ address: String) async throws -> RemoteChatModel {
        try await RemoteChatModel.connect(
            to: RemoteAddress(address), limits: RemoteLimits(), environment: [:]
        ) { _ in }
    }
}
