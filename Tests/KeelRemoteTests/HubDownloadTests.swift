import Foundation
import KeelFormats
import KeelRemote
import Synchronization
import Testing

/// A server that speaks the hub's protocol, and breaks off where a test wants it to.
private struct Hub {
    static let commit = "89abcdef0123456789abcdef0123456789abcdef"
    static let large = Data((0..<100_000).map { UInt8($0 * 31 % 251) })
    static let files: [String: (content: Data, hash: String)] = [
        "config.json": (Data("{}\n".utf8), "0967ef424bce6791893e9a57bb952f80fd536e93"),
        "tokenizer.json": (
            Data("{\"version\": \"1.0\"}\n".utf8), "92bdb0aff34a95a7c00546c3d608c984294164ed"
        ),
        "model.safetensors": (
            large, "df16f737bfaf0f61a2392de3cec784d57dabd77c8447add8991c37a1763edc4c"
        ),
        "pytorch_model.bin": (Data("no".utf8), "0000000000000000000000000000000000000000"),
        "model/../../model.safetensors": (
            Data("no".utf8), "0000000000000000000000000000000000000000"
        ),
    ]

    /// The most bytes of a file in one answer.
    var most = Int.max
    /// What is sent in place of the weights.
    var weights = Self.large
    var status = 200
    /// Whether a part of a file can be asked for.
    var knowsRanges = true

    static func answer(
        _ status: String, _ headers: [String] = [], length: Int? = nil, _ body: Data = Data()
    ) -> Data {
        let lines =
            ["HTTP/1.1 \(status)", "Content-Length: \(length ?? body.count)"] + headers
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    func actions(_ request: ScriptedServer.Request) -> [ScriptedServer.Action] {
        if status != 200 { return [.send(Self.answer("\(status) No"))] }
        if request.path.hasPrefix("/v1/api/models/org/tiny/revision/") {
            let siblings = Self.files.sorted { $0.key < $1.key }.map { name, file in
                let size = #""size": \#(file.content.count)"#
                let hash =
                    file.hash.count == 64
                    ? #""lfs": {"sha256": "\#(file.hash)", \#(size)}"#
                    : #""blobId": "\#(file.hash)""#
                return #"{"rfilename": "\#(name)", \#(size), \#(hash)}"#
            }
            let body =
                #"{"sha": "\#(Self.commit)", "siblings": [\#(siblings.joined(separator: ", "))]}"#
            return [.send(Self.answer("200 OK", Data(body.utf8)))]
        }
        let place = "/v1/org/tiny/resolve/\(Self.commit)/"
        let name = request.path.split(separator: "/").last.map(String.init) ?? ""
        guard let file = Self.files[name] else { return [.send(Self.answer("404 No"))] }
        if name.hasSuffix("safetensors"), request.path.hasPrefix(place) {
            // Large files lie elsewhere.
            let port = request.headers["host"]?.split(separator: ":").last ?? ""
            return [
                .send(
                    Self.answer("302 Found", ["Location: http://localhost:\(port)/large/\(name)"]))
            ]
        }
        let content = file.hash.count == 64 ? weights : file.content
        let asked = request.headers["range"]?.dropFirst("bytes=".count).dropLast()
        let start = knowsRanges ? asked.flatMap { Int($0) } ?? 0 : 0
        guard start < content.count else { return [.send(Self.answer("416 No"))] }
        let rest = content[start...]
        let part = Data(rest.prefix(most))
        let head = start == 0 ? "200 OK" : "206 Partial Content"
        let range =
            start == 0
            ? [] : ["Content-Range: bytes \(start)-\(content.count - 1)/\(content.count)"]
        let sent = Self.answer(head, range, length: rest.count, part)
        return part.count == rest.count ? [.send(sent)] : [.send(sent), .close]
    }

    func start() async throws -> ScriptedServer {
        try await ScriptedServer.start { _, request in actions(request) }
    }
}

extension Hub {
    private static func answer(_ status: String, _ body: Data) -> Data {
        answer(status, [], length: nil, body)
    }
}

/// Models from the hub, against a server on this machine.
@Suite final class HubDownloadTests: Sendable {
    private let folder: URL
    private let reference: HubReference

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "keel-\(UUID().uuidString)")
        reference = try #require(HubReference("org/tiny"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func environment(_ server: ScriptedServer?, _ more: [String: String] = [:])
        -> [String: String]
    {
        ["HF_HUB_CACHE": folder.path, "HF_ENDPOINT": server?.base ?? "http://127.0.0.1:1"]
            .merging(more) { $1 }
    }

    private func download(
        _ server: ScriptedServer?, _ more: [String: String] = [:], retries: Int = 0
    ) -> HubDownload {
        HubDownload(environment(server, more), retries: RetryPolicy(retries: retries, first: .zero))
    }

    private func blobs() throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: folder.path + "/models--org--tiny/blobs"
        ).sorted()
    }

    /// Bytes of the one file that has not come whole.
    private func sizeOfIncomplete() throws -> Int {
        let names = try blobs().filter { $0.hasSuffix(".incomplete") }
        #expect(names.count == 1)
        let path = folder.path + "/models--org--tiny/blobs/" + (names.first ?? "")
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        return try #require(size.flatMap { (1...60_000).contains($0) ? $0 : nil })
    }

    @Test func `a model comes whole, is found afterwards, and what is not needed stays away`()
        async throws
    {
        let server = try await Hub().start()
        let snapshot = try await download(server).pull(reference)
        for name in ["config.json", "tokenizer.json", "model.safetensors"] {
            let content = try Data(contentsOf: URL(filePath: "\(snapshot)/\(name)"))
            #expect(content == Hub.files[name]?.content)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: snapshot).count == 3)
        #expect(HubCache(folder: folder.path).snapshot(of: reference) == snapshot)
        #expect(snapshot.hasSuffix(Hub.commit))
        // What is there is not fetched again.
        let before = server.requests.count
        #expect(try await download(server).pull(reference) == snapshot)
        #expect(server.requests.count == before + 1)
    }

    @Test func `broken off again and again, it goes on from there to the right hash`() async throws
    {
        let server = try await Hub(most: 4700).start()
        let reported = Mutex<[Int]>([])
        let snapshot = try await download(server, retries: 1).pull(reference) { name, done, _ in
            if name == "model.safetensors" { reported.withLock { $0.append(done) } }
        }
        let content = try Data(contentsOf: URL(filePath: snapshot + "/model.safetensors"))
        #expect(content == Hub.large)
        let parts = server.requests.filter { $0.path.hasPrefix("/large/") }
        #expect(parts.count > 20)
        // No byte was asked for twice.
        let starts = parts.compactMap { $0.headers["range"] }
        #expect(Set(starts).count == parts.count - 1)
        reported.withLock { #expect($0 == $0.sorted() && $0.last == Hub.large.count) }
    }

    @Test func `a run that gives up leaves what has come to the next`() async throws {
        let broken = try await Hub(most: 60_000).start()
        let error = await #expect(throws: HubError.self) {
            try await self.download(broken).pull(self.reference)
        }
        #expect(error?.description.contains("model.safetensors") == true)
        #expect(HubCache(folder: folder.path).snapshot(of: reference) == nil)
        let come = try sizeOfIncomplete()
        let whole = try await Hub().start()
        _ = try await download(whole).pull(reference)
        let asked = whole.requests.filter { $0.path.hasPrefix("/large/") }
        #expect(asked.map { $0.headers["range"] } == ["bytes=\(come)-"])
        #expect(try !blobs().contains { $0.hasSuffix(".incomplete") })
    }

    @Test func `a server that knows no parts sends all again`() async throws {
        let broken = try await Hub(most: 60_000).start()
        await #expect(throws: HubError.self) {
            try await self.download(broken).pull(self.reference)
        }
        let come = try sizeOfIncomplete()
        let whole = try await Hub(knowsRanges: false).start()
        let snapshot = try await download(whole).pull(reference)
        #expect(
            try Data(contentsOf: URL(filePath: snapshot + "/model.safetensors")) == Hub.large)
        let asked = whole.requests.filter { $0.path.hasPrefix("/large/") }
        #expect(asked.map { $0.headers["range"] } == ["bytes=\(come)-"])
    }

    @Test(arguments: [99_999, 0, 50_000])
    func `a file that was tampered with is refused, and nothing of it stays`(place: Int)
        async throws
    {
        var hub = Hub()
        hub.weights[place] ^= 1
        let server = try await hub.start()
        let error = await #expect(throws: HubError.self) {
            try await self.download(server).pull(self.reference)
        }
        guard case .damaged("model.safetensors", _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try blobs().allSatisfy { $0.count == 40 })
        #expect(HubCache(folder: folder.path).snapshot(of: reference) == nil)
    }

    @Test func `a token goes to the hub, and to nobody that it sends to`() async throws {
        let server = try await Hub().start()
        _ = try await download(server, ["HF_TOKEN": "secret"]).pull(reference)
        for request in server.requests {
            let isHub = request.headers["host"]?.hasPrefix("127.0.0.1") == true
            #expect(request.headers["authorization"] == (isHub ? "Bearer secret" : nil))
        }
        #expect(server.requests.contains { $0.headers["host"]?.hasPrefix("localhost") == true })
    }

    @Test func `offline, what is there is found and nothing is asked for`() async throws {
        let server = try await Hub().start()
        let offline = ["HF_HUB_OFFLINE": "1"]
        await #expect(throws: HubError.offline(reference)) {
            try await self.download(server, offline).pull(self.reference)
        }
        #expect(server.requests.isEmpty)
        let snapshot = try await download(server).pull(reference)
        let count = server.requests.count
        #expect(try await download(server, offline).pull(reference) == snapshot)
        #expect(server.requests.count == count)
    }

    @Test(arguments: [(401, "HF_TOKEN"), (404, "no such revision"), (503, "503")])
    func `a refusal is told in words`(status: Int, words: String) async throws {
        let server = try await Hub(status: status).start()
        let error = await #expect(throws: HubError.self) {
            try await self.download(server).pull(self.reference)
        }
        #expect(error?.description.contains(words) == true)
    }

    @Test func `a revision is asked for, and kept under its name`() async throws {
        let server = try await Hub().start()
        let revision = try #require(HubReference("org/tiny@refs/pr/3"))
        let snapshot = try await download(server).pull(revision)
        #expect(
            server.requests.first?.path
                == "/v1/api/models/org/tiny/revision/refs%2Fpr%2F3?blobs=true")
        #expect(HubCache(folder: folder.path).snapshot(of: revision) == snapshot)
        #expect(HubCache(folder: folder.path).snapshot(of: reference) == nil)
    }
}
