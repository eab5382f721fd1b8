internal import Crypto
internal import Foundation

/// What a visitor may do.
public enum Role: String, Sendable, Codable, Comparable {
    /// Come into conversations to which somebody is invited.
    case helper
    /// Talk, and see to what is kept of oneself.
    case user
    /// Also see runs, and change what is served.
    case admin

    private var rank: Int {
        switch self {
        case .helper: 0
        case .user: 1
        case .admin: 2
        }
    }

    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

/// Who asks.
struct Visitor: Sendable, Hashable {
    /// The name of the token; what is kept of a person is kept under it.
    var name: String
    var role: Role
}

/// The tokens by which visitors are known.
///
/// Tokens are kept as digests, and every one of them is compared with what a visitor brings, in a
/// time that depends on neither.
public struct AccessList: Sendable {
    private struct Entry: Sendable {
        var digest: SHA256.Digest
        var visitor: Visitor
    }

    private var entries: [Entry] = []

    /// Nobody needs a token: fit for one person on one machine only.
    public init() {}

    /// Whether nobody needs a token, because none was added.
    public var isOpen: Bool { entries.isEmpty }

    /// Lets in who brings a token.
    /// - Parameters:
    ///   - token: At least 8 printable ASCII characters.
    ///   - name: Whose it is; people who share a name share what is kept.
    ///   - role: What it allows.
    /// - Throws: `ServerError.token` for one that is short, odd, or there already.
    public mutating func add(_ token: String, name: String, role: Role) throws(ServerError) {
        guard token.utf8.count >= 8, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .token("the token of \(name) needs at least 8 printable characters, no spaces")
        }
        let digest = SHA256.hash(data: Data(token.utf8))
        guard !entries.contains(where: { $0.digest == digest }) else {
            throw .token("the token of \(name) is that of someone else, too")
        }
        entries.append(Entry(digest: digest, visitor: Visitor(name: name, role: role)))
    }

    /// Who brings a token; nil where nobody has it.
    func visitor(bringing token: String) -> Visitor? {
        let digest = SHA256.hash(data: Data(token.utf8))
        var found: Visitor?
        // To the end in any case, and digests are compared in constant time.
        for entry in entries where entry.digest == digest { found = entry.visitor }
        return found
    }
}
