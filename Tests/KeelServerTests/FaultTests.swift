import Foundation
import KeelLanguage
import KeelServer
import NIOHTTP1
import Testing

/// Whatever comes over the wire is answered by 4xx or a closed connection, and hurts nobody else.
@Suite struct FaultTests {
    private static let head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

    private static func body(_ json: some Sequence<UInt8>) -> [UInt8] {
        let json = Array(json)
        return Array("\(head)Connection: close\r\nContent-Length: \(json.count)\r\n\r\n".utf8)
            + json
    }

    static let broken: [(name: String, bytes: [UInt8])] = [
        ("bad UTF-8", body(Array("{\"model\": \"".utf8) + [0xFF, 0xC3, 0x28] + Array("\"}".utf8))),
        ("a NUL", body([0])),
        ("no JSON", body(Array("hello".utf8))),
        ("cut JSON", body(Array("{\"model\": \"echo\", ".utf8))),
        ("a lone surrogate", body(Array(#"{"model": "\ud800", "messages": []}"#.utf8))),
        ("a list", body(Array("[]".utf8))),
        ("null", body(Array("null".utf8))),
        ("nothing", body([])),
        (
            "UTF-16",
            body("{\"model\": \"echo\"}".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        ),
        ("a million brackets", body(repeatElement(UInt8(ascii: "["), count: 1_000_000))),
        (
            "a million objects",
            body(Array(String(repeating: #"{"a":"#, count: 200_000).utf8))
        ),
        (
            "a number without end",
            body(
                Array(
                    "{\"model\": \"echo\", \"messages\": [], \"n\": 1\(String(repeating: "0", count: 100_000))}"
                        .utf8))
        ),
        (
            "infinity",
            body(
                Array(
                    #"{"model": "echo", "messages": [{"role": "user", "content": "a"}], "temperature": 1e999}"#
                        .utf8))
        ),
        ("five megabytes", body(repeatElement(UInt8(ascii: " "), count: 5 << 20))),
        (
            "a header of a megabyte",
            Array(
                "GET /health HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 1 << 20))\r\n\r\n"
                    .utf8)
        ),
        (
            "ten thousand headers",
            Array(
                "GET /health HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: a\r\n", count: 10_000))\r\n"
                    .utf8)
        ),
        (
            "a path of a megabyte",
            Array(
                "GET /\(String(repeating: "a", count: 1 << 20)) HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .utf8)
        ),
        ("no HTTP", Array("\u{16}\u{3}\u{1}hello\r\n\r\n".utf8)),
        ("two lengths", Array("\(head)Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}GET /".utf8)),
        (
            "a length and chunks",
            Array(
                "\(head)Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .utf8)
        ),
        (
            "chunks of another kind",
            Array("\(head)Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n".utf8)
        ),
        (
            "a chunk of a huge size",
            Array("\(head)Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n".utf8)
        ),
        (
            "a chunk of a negative size",
            Array("\(head)Transfer-Encoding: chunked\r\n\r\n-1\r\n".utf8)
        ),
        ("a negative length", Array("\(head)Content-Length: -5\r\n\r\n".utf8)),
        (
            "a folded header",
            Array("GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n : c\r\n\r\n".utf8)
        ),
        (
            "a blank before a colon",
            Array("GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\n".utf8)
        ),
        (
            "another method",
            Array("BREW / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        ),
    ]

    @Test(arguments: broken.indices)
    func `a request that is broken is refused, and the next client is served`(index: Int)
        async throws
    {
        let (name, bytes) = Self.broken[index]
        try await withServer { server in
            let client = try RawClient(port: server.port)
            await client.send(bytes)
            // One that leaves the server waiting for more is given up by this side.
            let answer = await client.receive(until: "\r\n\r\n")
            if !answer.isEmpty {
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(name): \(answer.prefix(300))")
                #expect(!answer.contains("HTTP/1.1 2"), "\(name): a second request was read")
            }
            client.hangUp()
            #expect(try await server.chat().status == 200, "\(name): others are not served")
        }
    }

    @Test func `half a request holds nobody up, and is closed in time`() async throws {
        try await withServer(configure: {
            $0.limits.readTime = .milliseconds(200)
            $0.limits.idleTime = .milliseconds(200)
        }) { server in
            let starts = [
                "", "POST /v1/chat", "\(Self.head)Content-Length: 100\r\n\r\n{\"mo",
                "\(Self.head)Content-Length: 100\r\n",
            ]
            for start in starts {
                let client = try RawClient(port: server.port)
                await client.send(Array(start.utf8))
                #expect(try await server.chat().status == 200)
                let answer = await client.receive()
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(start): \(answer)")
            }
        }
    }

    @Test func `a client that reads nothing is cut off, and its answer freed`() async throws {
        let flood = ScriptedChatModel(name: "flood") { _, _, _ in
            String(repeating: "a long word ", count: 100_000)
        }
        try await withServer(
            [.one(flood), .echo("other")],
            configure: {
                $0.limits.writeTime = .milliseconds(300)
                $0.limits.mostTokens = .max
            }
        ) { server in
            let body =
                #"{"model": "echo", "stream": true, "max_tokens": 2000000, "messages": [{"role": "user", "content": "a"}]}"#
            let client = try RawClient(port: server.port)
            await client.send(
                Array("\(Self.head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
            while try await server.send(.GET, "/health").json["running"] as? Int != 0 {
                await Task.yield()
            }
            #expect(try await server.chat(to: "other").status == 200)
        }
    }

    enum Leaving: CaseIterable { case hangsUp, endsSending }

    @Test(arguments: [true, false], Leaving.allCases)
    func `when a client leaves, its answer ends and the next one begins`(
        isStream: Bool, leaving: Leaving
    ) async throws {
        let model = EndlessModel()
        try await withServer([.one(model, limits: QueueLimits(running: 1)), .echo("other")]) {
            server in
            let body =
                #"{"model": "echo", "stream": \#(isStream), "messages": [{"role": "user", "content": "a"}]}"#
            let request = Array(
                "\(Self.head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
            let first = try RawClient(port: server.port)
            await first.send(request)
            await model.until { running, pieces in running == 1 && pieces > 3 }
            if isStream { #expect(await first.receive(until: "word ").contains("HTTP/1.1 200")) }
            let second = try RawClient(port: server.port)
            await second.send(request)
            switch leaving {
            case .hangsUp: first.hangUp()
            // A connection that is half open: nobody can tell it from one whose client is gone.
            case .endsSending: first.endSending()
            }
            await model.until { running, pieces in running == 0 || pieces > 1_000_000 }
            await model.until { running, _ in running == 1 }
            #expect(model.prompts.count == 2)
            second.hangUp()
            await model.until { running, _ in running == 0 }
            #expect(try await server.chat(to: "other").status == 200)
        }
    }
}
