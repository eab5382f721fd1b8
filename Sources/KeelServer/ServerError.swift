/// Why a server cannot be started as it was asked to.
public enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    case token(String)
    /// Others can reach the address, and nobody needs a token.
    case open(host: String)
    case address(String, reason: String)
    case certificate(path: String, reason: String)
    case models(String)
    /// Nobody could be invited as it was asked for.
    case room(String)

    public var description: String {
        switch self {
        case .token(let reason): "This token cannot be used: \(reason)."
        case .open(let host):
            "On \(host), others can reach the server: give a token by KEEL_TOKEN or --token, or "
                + "listen on 127.0.0.1."
        case .address(let address, let reason):
            "The server cannot listen on \(address): \(reason)."
        case .certificate(let path, let reason):
            "The certificate or key \(path) cannot be used: \(reason)."
        case .models(let reason): reason
        case .room(let reason): "People cannot be invited into conversations: \(reason)."
        }
    }
}
