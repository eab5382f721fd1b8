/// Why a server cannot be started as it was asked to.
public enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A token is short, odd, or given twice; with a sentence that names whose it is.
    case token(String)
    /// Others can reach the address, and nobody needs a token.
    case open(host: String)
    /// The address cannot be listened on, as where another program does.
    case address(String, reason: String)
    /// A file of the certificate cannot be read or used.
    case certificate(path: String, reason: String)
    /// No model, one without an engine, or a name that is empty or doubled; in a sentence.
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
