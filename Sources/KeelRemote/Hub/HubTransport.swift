internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Gets from the hub, and from where it sends for large files.
struct HubTransport: Sendable {
    /// Without a slash at its end.
    let endpoint: String
    /// Shown to nobody but the endpoint.
    let token: String?

    private static let client: HTTPClient = {
        // Redirects are followed here, so that the token stays with the hub.
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: .seconds(60)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// An answer whose status is one of success, or 416.
    struct Answer {
        var status: Int
        /// Where in the file the body begins.
        var start: Int
        var body: HTTPClientResponse.Body
    }

    struct Refusal: Error { var status: Int }

    /// - Parameters:
    ///   - path: Behind the endpoint.
    ///   - start: The first byte that is wanted.
    /// - Returns: The answer, its body not yet read.
    /// - Throws: `Refusal`; what the connection throws.
    func get(_ path: String, from start: Int = 0) async throws -> Answer {
        var url = endpoint + path
        for _ in 0..<6 {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "user-agent", value: "keel")
            if start > 0 { request.headers.add(name: "range", value: "bytes=\(start)-") }
            if let token, url.hasPrefix(endpoint + "/") {
                request.headers.add(name: "authorization", value: "Bearer \(token)")
            }
            let response = try await Self.client.execute(request, timeout: .hours(24))
            let status = Int(response.status.code)
            switch status {
            case 200, 416: return Answer(status: status, start: 0, body: response.body)
            case 206:
                // Such as "bytes 100-199/200".
                let range = response.headers.first(name: "content-range") ?? ""
                let first = range.split(separator: " ").last?.split(separator: "-").first
                return Answer(
                    status: status, start: first.flatMap { Int($0) } ?? -1, body: response.body)
            case 301, 302, 303, 307, 308:
                let here = URL(string: url)
                guard let place = response.headers.first(name: "location"),
                    let next = URL(string: place, relativeTo: here)?.absoluteURL,
                    next.scheme == "https" || next.scheme == here?.scheme
                else { throw Refusal(status: status) }
                url = next.absoluteString
            default: throw Refusal(status: status)
            }
        }
        throw Refusal(status: 310)
    }

    /// A whole answer of at most so many bytes.
    func data(_ path: String, limit: Int = 64 << 20) async throws -> Data {
        let answer = try await get(path)
        let buffer = try await answer.body.collect(upTo: limit)
        return Data(buffer.readableBytesView)
    }
}
