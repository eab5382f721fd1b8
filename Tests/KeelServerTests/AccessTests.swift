import Foundation
import KeelServer
import NIOHTTP1
import Testing

/// Who is let in, and what by.
@Suite struct AccessTests {
    private static let user = "user-token-1", admin = "admin-token-1"

    private static func people(_ configuration: inout ServerConfiguration) {
        try? configuration.access.add(user, name: "ann", role: .user)
        try? configuration.access.add(admin, name: "root", role: .admin)
    }

    @Test(arguments: [
        ([], 401), ([("authorization", "Bearer \(user)")], 200),
        ([("authorization", "bearer \(admin)")], 200), ([("x-api-key", user)], 200),
        ([("authorization", "Bearer wrong-token")], 401), ([("authorization", "Bearer ")], 401),
        ([("authorization", "Basic \(user)")], 401), ([("authorization", user)], 401),
        ([("x-api-key", "")], 401),
    ])
    func `only who brings a token is let in`(headers: [(String, String)], status: Int) async throws
    {
        try await withServer(configure: Self.people) { server in
            let answer = try await server.chat(headers: headers)
            #expect(answer.status == status)
            if status == 401 {
                #expect(answer.error["type"] as? String == "authentication_error")
                #expect(answer.headers["www-authenticate"] == ["Bearer"])
                #expect(!answer.text.contains("token-1"))
            }
            for path in ["/v1/models", "/metrics", "/keel/session", "/keel/runs", "/nothing"] {
                let found = try await server.send(.GET, path, headers: headers).status
                #expect((found == 401) == (status == 401), "\(path) gave \(found)")
            }
            for path in ["/", "/health", "/openapi.json", "/pages/keel.css"] {
                let found = try await server.send(.GET, path, headers: []).status
                #expect(found == 200, "\(path) gave \(found)")
            }
        }
    }

    @Test func `runs are shown to admins alone`() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withServer(configure: {
            Self.people(&$0)
            $0.runs = folder
        }) { server in
            let users = try await server.send(
                .GET, "/keel/runs", headers: [("authorization", "Bearer \(Self.user)")])
            #expect(users.status == 403 && users.error["type"] as? String == "permission_error")
            let admins = try await server.send(
                .GET, "/keel/runs", headers: [("authorization", "Bearer \(Self.admin)")])
            #expect(admins.status == 200)
        }
    }

    @Test func `without a token, nobody but this machine is listened to`() async throws {
        for host in ["0.0.0.0", "::", "192.168.0.1", "example.org"] {
            await #expect(throws: ServerError.open(host: host)) {
                try await TestServer(configure: { $0.host = host })
            }
        }
    }

    @Test func `weak and doubled tokens are refused, and their errors don't tell them`() throws {
        var list = AccessList()
        try list.add("a-good-token", name: "ann", role: .user)
        for token in ["", "short", "with a blank", "tökentöken", "a-good-token"] {
            let error = #expect(throws: ServerError.self) {
                try list.add(token, name: "bob", role: .user)
            }
            #expect(token.isEmpty || error?.description.contains(token) == false)
        }
    }

    @Test(arguments: [
        ([("origin", "http://evil.example")], 403),
        ([("origin", "null")], 403),
        ([("origin", "http://localhost:1")], 403),
        ([("sec-fetch-site", "cross-site")], 403),
        ([("host", "evil.example")], 421),
        ([("host", "127.0.0.1.evil.example")], 421),
        ([("content-type", "text/plain")], 415),
        ([("content-type", "application/x-www-form-urlencoded")], 415),
        ([("sec-fetch-site", "same-origin")], 200),
        ([("content-type", "application/json; charset=utf-8")], 200),
    ])
    func `pages of other sites can't speak through a visitor's browser`(
        headers: [(String, String)], status: Int
    ) async throws {
        try await withServer { server in
            let answer = try await server.chat(headers: headers)
            #expect(answer.status == status)
            let own = [("origin", "http://127.0.0.1:\(server.port)")]
            #expect(try await server.chat(headers: own).status == 200)
        }
    }

    @Test func `every answer forbids to be run, framed or sniffed`() async throws {
        try await withServer { server in
            for path in ["/", "/runs", "/v1/models", "/nothing", "/pages/chat.js"] {
                let answer = try await server.send(.GET, path)
                let policy = answer.headers["content-security-policy"].joined()
                #expect(policy.contains("default-src 'none'"), "\(path)")
                #expect(!policy.contains("unsafe"), "\(path)")
                #expect(policy.contains("frame-ancestors 'none'"), "\(path)")
                #expect(answer.headers["x-content-type-options"] == ["nosniff"], "\(path)")
            }
        }
    }

    @Test(arguments: [
        "/pages/..%2f..%2fetc%2fpasswd", "/pages/../../etc/passwd", "/pages/%2e%2e/x", "/pages/",
        "/pages/chat.js/x", "/pages/nothing.js", "/keel/runs/..%2f../report",
        "/keel/runs/%2e%2e/report", "/keel/runs/x%00/report", "//etc/passwd",
    ])
    func `no path leads to a file that was not meant`(path: String) async throws {
        let folder = FileManager.default.temporaryDirectory
        try await withServer(configure: { $0.runs = folder }) { server in
            let client = try RawClient(port: server.port)
            await client.send(
                Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
            let answer = await client.receive()
            #expect(answer.hasPrefix("HTTP/1.1 40"), "\(answer.prefix(200))")
        }
    }
}
