import ArgumentParser
import Foundation
import KeelServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Who is told when a person in a conversation lets somebody be invited.
struct RoomOptions: ParsableArguments {
    @Option(
        help: """
            The address that invitations of helpers are posted to, signed with the secret in KEEL_HELPER_SECRET; people \
            can then invite somebody, and with --guardian those in danger are asked whether somebody may be.
            """)
    var helperWebhook: String?

    @Option(
        help: "The address by which helpers reach this server, such as https://keel.example.org.")
    var publicAddress: String?

    /// What was asked for; nil where nobody can be invited.
    func setup() throws -> RoomSetup? {
        guard let helperWebhook else {
            guard publicAddress == nil else {
                throw ValidationError("--public-address needs --helper-webhook.")
            }
            return nil
        }
        guard let publicAddress else {
            throw ValidationError(
                "--helper-webhook needs --public-address, from which helpers' links are made.")
        }
        guard let url = URL(string: helperWebhook),
            let parts = URLComponents(string: helperWebhook),
            let host = parts.host, !host.isEmpty,
            parts.scheme == "https"
                || parts.scheme == "http" && ["localhost", "127.0.0.1", "::1"].contains(host)
        else {
            throw ValidationError(
                "--helper-webhook takes an https address, or http on this machine, not \"\(helperWebhook)\"."
            )
        }
        let secret = ProcessInfo.processInfo.environment["KEEL_HELPER_SECRET"] ?? ""
        let webhook = HelperWebhook(url: url)
        return try RoomSetup(secret: secret, address: publicAddress) { try await webhook.post($0) }
    }
}

/// Posts notices to the helpers' address.
private struct HelperWebhook: Sendable {
    struct NotTaken: Error {
        var status: Int?
    }

    let url: URL

    /// - Throws: Where it was not taken by an answer of 2xx within ten seconds.
    func post(_ notice: SignedNotice) async throws {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.timeoutInterval = 10
        request.httpBody = notice.body
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue(notice.key, forHTTPHeaderField: "Keel-Idempotency-Key")
        request.setValue(notice.signature, forHTTPHeaderField: "Keel-Signature")
        let (_, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode
        guard let status, (200..<300).contains(status) else { throw NotTaken(status: status) }
    }
}
