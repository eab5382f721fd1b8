public import Foundation
public import KeelLanguage

/// An address that is told of something by a post of JSON.
///
/// What is sent is not signed here: who must show where it comes from sends a header of their own, or puts a
/// secret into the address, which is never shown. No redirect is followed: it would take both elsewhere.
public struct Webhook: Sendable {
    private let url: String
    private let limits: RemoteLimits
    private let policy: RetryPolicy
    private let sleep: @Sendable (Duration) async throws -> Void

    /// The address without its path and query, where a secret may be.
    public let shownAddress: String

    /// - Parameter address: `https://…` or `http://…`.
    /// - Throws: `LanguageError.invalidReference`, which does not repeat the address.
    public init(_ address: String) throws(LanguageError) {
        try self.init(
            address,
            limits: RemoteLimits(
                concurrency: 1, timeout: .seconds(10), retries: 2, answerBytes: 1 << 16),
            sleep: { try await Task.sleep(for: $0) })
    }

    package init(
        _ address: String, limits: RemoteLimits,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) throws(LanguageError) {
        guard let parts = URLComponents(string: address),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil,
            (1...65535).contains(parts.port ?? 80), let url = parts.string
        else {
            throw .invalidReference(
                "the address of the webhook",
                reason: "it is written https://host:port/path, without a password")
        }
        self.url = url
        self.sleep = sleep
        shownAddress = "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "") + "/…"
        policy = RetryPolicy(retries: limits.retries)
        self.limits = limits
    }

    /// Posts JSON, and again after a while where a failure may pass.
    /// - Parameters:
    ///   - body: JSON.
    ///   - headers: Sent with it, besides its type.
    /// - Throws: `RemoteError`, also where the answer is a redirect; `CancellationError`.
    public func post(_ body: Data, headers: [(name: String, value: String)] = []) async throws {
        let transport = HTTPTransport(
            address: shownAddress, headers: headers, key: nil, limits: limits)
        var number = 0
        while true {
            do {
                _ = try await transport.send(url, body: body)
                return
            } catch {
                let refusal = error as? HTTPTransport.Refusal
                guard var failure = refusal?.error ?? error as? RemoteError else { throw error }
                // Whatever a key would help against, none is sent here.
                failure.hint = nil
                let pause = policy.pause(
                    before: number, asked: refusal?.pause, random: .random(in: 0...1))
                guard failure.isPassing, let pause else { throw failure }
                number += 1
                try await sleep(pause)
            }
        }
    }
}
