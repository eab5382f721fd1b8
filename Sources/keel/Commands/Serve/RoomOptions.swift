import ArgumentParser
import Foundation
import KeelRemote
import KeelServer

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
        guard let parts = URLComponents(string: helperWebhook),
            let host = parts.host, !host.isEmpty,
            parts.scheme == "https"
                || parts.scheme == "http" && ["localhost", "127.0.0.1", "::1"].contains(host)
        else {
            throw ValidationError(
                "--helper-webhook takes an https address, or http on this machine, not \"\(helperWebhook)\"."
            )
        }
        let secret = ProcessInfo.processInfo.environment["KEEL_HELPER_SECRET"] ?? ""
        let webhook = try Webhook(helperWebhook)
        return try RoomSetup(secret: secret, address: publicAddress) { notice in
            try await webhook.post(
                notice.body,
                headers: [
                    ("Keel-Idempotency-Key", notice.key), ("Keel-Signature", notice.signature),
                ])
        }
    }
}
