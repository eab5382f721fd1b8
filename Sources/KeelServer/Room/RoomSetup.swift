internal import Crypto
public import Foundation
public import KeelGuardian

/// How somebody can be invited into a conversation.
public struct RoomSetup: Sendable {
    /// Sends a notice to the helpers' address, and returns once it was taken.
    ///
    /// It is called again with an equal key until it does not throw; who receives a key twice has received
    /// one notice.
    public typealias Delivery = @Sendable (SignedNotice) async throws -> Void

    /// The secret that helpers share, by which they know who has sent a notice.
    public var secret: String
    /// The address under which helpers reach this server, such as `https://keel.example.org`.
    public var address: String
    /// Sends a notice to the helpers' address.
    public var deliver: Delivery
    /// How long a helper who was invited, or who has fallen silent, is waited for.
    public var patience = Room.Patience()
    /// How long is waited before what was not taken is sent again.
    public var pause = Duration.seconds(5)
    /// Seconds since 1970.
    public var now: @Sendable () -> Double = { Date().timeIntervalSince1970 }

    /// - Parameters:
    ///   - secret: At least 16 characters.
    ///   - address: Without a slash at its end.
    ///   - deliver: Sends a notice.
    /// - Throws: `ServerError.room`.
    public init(secret: String, address: String, deliver: @escaping Delivery) throws(ServerError) {
        guard secret.utf8.count >= 16 else {
            throw .room("the secret that is shared with helpers needs at least 16 characters")
        }
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
            parts.scheme == "https" || parts.scheme == "http" && OriginRule.isThisMachine(host)
        else {
            throw .room(
                "helpers reach this server by https, or by http on this machine; \"\(address)\" is neither"
            )
        }
        self.secret = secret
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.deliver = deliver
    }
}

/// What is sent to helpers, with a signature that only who knows the secret can make.
///
/// The header `Keel-Signature` is `t=TIME,v1=HEX`: HMAC-SHA256 (RFC 2104) of the time, a full stop and the
/// body, in hexadecimal. Whoever receives it refuses old times, so that none is played again.
public struct SignedNotice: Sendable, Hashable {
    /// A JSON object in UTF-8: the bytes that are signed and sent.
    public var body: Data
    /// The same for every attempt to send this notice.
    public var key: String
    /// The value of the header `Keel-Signature`.
    public var signature: String

    init(body: Data, key: String, secret: String, at time: Double) {
        self.body = body
        self.key = key
        let stamp = String(Int64(time.rounded(.down)))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(stamp).".utf8) + body, using: SymmetricKey(data: Data(secret.utf8)))
        signature = "t=\(stamp),v1=\(Secrets.hex(code))"
    }
}

/// Digests as text, and secrets that are kept as such.
enum Secrets {
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    static func of(_ secret: String) -> String { hex(SHA256.hash(data: Data(secret.utf8))) }

    /// A secret of 256 bits that nobody can guess.
    static func newSecret() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { hex($0) }
    }
}
