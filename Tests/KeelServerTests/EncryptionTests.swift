import AsyncHTTPClient
import Foundation
import KeelServer
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

/// Connections that are encrypted, with a certificate that openssl makes for the test.
@Suite struct EncryptionTests {
    private static let openssl = "/usr/bin/openssl"
    private static let isThere = FileManager.default.isExecutableFile(atPath: openssl)

    private static func certificate() throws -> ServerConfiguration.Certificate {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let certificate = ServerConfiguration.Certificate(
            chain: folder.appending(path: "chain.pem").path,
            key: folder.appending(path: "key.pem").path)
        let process = Process()
        process.executableURL = URL(filePath: openssl)
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", certificate.key, "-out", certificate.chain, "-days", "2", "-subj",
            "/CN=localhost",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return certificate
    }

    @Test(.enabled(if: isThere, "there is no openssl"))
    func `with a certificate it speaks TLS and nothing else`() async throws {
        let certificate = try Self.certificate()
        try await withServer(configure: { $0.certificate = certificate }) { server in
            var request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/health")
            request.method = .GET
            let client = HTTPClient(
                configuration: HTTPClient.Configuration(certificateVerification: .none))
            let response = try await client.execute(request, timeout: .seconds(300))
            #expect(response.status == .ok)
            try await client.shutdown()
            let plain = try RawClient(port: server.port)
            await plain.send(Array("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            let answer = await plain.receive(until: "\r\n\r\n")
            #expect(!answer.contains("200"))
        }
    }

    @Test func `a certificate that is none is refused with its path`() async throws {
        var configuration = ServerConfiguration(models: [.echo()])
        configuration.certificate = .init(chain: "/nowhere/chain.pem", key: "/nowhere/key.pem")
        let server = try Server(configuration, logger: .init(label: "test"))
        let error = await #expect(throws: ServerError.self) {
            try await server.run { _ in }
        }
        #expect(error?.description.contains("/nowhere/chain.pem") == true)
    }
}
