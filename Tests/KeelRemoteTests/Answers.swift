import Foundation
import KeelLanguage
import KeelRemote
import Synchronization

extension ScriptedServer.Action {
    /// A whole answer.
    static func json(_ status: Int, _ body: String, _ headers: String...) -> Self {
        json(status, Data(body.utf8), headers)
    }

    static func json(_ status: Int, _ body: Data, _ headers: [String] = []) -> Self {
        .send(head(status, ["content-length: \(body.count)"] + headers) + body)
    }

    /// The beginning of an answer of a given length, which may never come.
    static func part(_ body: String, of length: Int) -> Self {
        .send(head(200, ["content-length: \(length)"]) + Data(body.utf8))
    }

    /// The beginning of a stream of chunks.
    static var streamHead: Self {
        .send(head(200, ["content-type: text/event-stream", "transfer-encoding: chunked"]))
    }

    static func chunk(_ text: String) -> Self {
        .send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    static var lastChunk: Self { .send("0\r\n\r\n") }

    private static func head(_ status: Int, _ headers: [String]) -> Data {
        let lines = ["HTTP/1.1 \(status) Status"] + headers
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// OpenAI's answer of a text.
    static func chat(_ text: String, finish: String = "\"stop\"") -> Self {
        .json(
            200,
            """
            {"model": "m-1", "choices": [{"index": 0, "finish_reason": \(finish), "message":
            {"role": "assistant", "content": "\(text)"}}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}
            """)
    }
}

extension [ScriptedServer.Action] {
    /// A stream whose connection ends well.
    static func events(_ text: String) -> Self { [.streamHead, .chunk(text), .lastChunk] }
}

/// A remote model on a scripted server, past the two requests by which it connects.
struct Remote {
    let server: ScriptedServer
    let model: RemoteChatModel
    /// The pauses that the model asked for; none is slept.
    var pauses: [Duration] { log.all.withLock { $0 } }
    private let log: Pauses

    private final class Pauses: Sendable {
        let all = Mutex<[Duration]>([])
    }

    /// Starts a server and connects to it.
    ///
    /// `owner` is who the list of models says runs them, nil for a server without a list. The script
    /// is called with the requests after connecting, counted from 0.
    static func connect(
        prefix: String = "", owner: String? = nil, key: String? = nil, retries: Int = 3,
        concurrency: Int = 16, timeout: Duration = .seconds(60), bytes: Int = 1 << 20,
        _ script: @escaping ScriptedServer.Script
    ) async throws -> Remote {
        let server = try await ScriptedServer.start { number, request in
            switch number {
            case 0:
                return [
                    owner.map {
                        .json(200, #"{"data": [{"id": "m", "owned_by": "\#($0)"}]}"#)
                    } ?? .json(404, "{}")
                ]
            case 1: return prefix.isEmpty ? [.chat("Hi.")] : [.json(200, anthropicAnswer)]
            default: return script(number - 2, request)
            }
        }
        let pauses = Pauses()
        let model = try await RemoteChatModel.connect(
            to: RemoteAddress(prefix + server.base + "#m"),
            limits: RemoteLimits(
                concurrency: concurrency, timeout: timeout, retries: retries, answerBytes: bytes),
            environment: key.map { ["KEEL_API_KEY": $0] } ?? [:]
        ) { pause in
            try Task.checkCancellation()
            pauses.all.withLock { $0.append(pause) }
        }
        return Remote(server: server, model: model, log: pauses)
    }

    /// Requests after connecting.
    var requests: [ScriptedServer.Request] { Array(server.requests.dropFirst(2)) }

    func complete(
        _ samples: Range<Int> = 0..<1, _ options: SamplingOptions = .init()
    ) async throws -> [Completion] {
        try await model.complete(.user("Hello"), samples: samples, options: options)
    }

    /// The texts of a stream and how it ended.
    func stream(_ prompt: Prompt = .user("Hello")) async -> (
        texts: [String], completion: Completion?, error: (any Error)?
    ) {
        var texts: [String] = []
        var completion: Completion?
        do {
            for try await event in model.stream(prompt, options: .init()) {
                switch event {
                case .text(let text): texts.append(text)
                case .finished(let finished): completion = finished
                }
            }
            return (texts, completion, nil)
        } catch {
            return (texts, completion, error)
        }
    }
}

let anthropicAnswer = """
    {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-m-1",
    "content": [{"type": "text", "text": "Hi."}], "stop_reason": "end_turn", "stop_sequence": null,
    "usage": {"input_tokens": 9, "output_tokens": 4}}
    """
