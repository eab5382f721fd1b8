internal import Foundation
public import KeelLanguage

/// A model behind an address: `https://host:port/v1#model`.
///
/// The part before `#` is the base of an API, to which `/chat/completions` and the like are added;
/// a base without a path gets `/v1`. The part after it is the model's name as the server knows it,
/// which may be left out where the server has one model only. Anthropic's API is spoken to its own
/// host, and to any other whose address is written `anthropic:https://…`.
public struct RemoteAddress: Hashable, Sendable, CustomStringConvertible {
    /// Which API the server speaks.
    public enum API: String, Sendable {
        case openAI = "openai"
        case anthropic
    }

    /// Which API is spoken there, told by the host or by the prefix of the address.
    public let api: API
    /// The base without a slash at its end, and without credentials.
    public let base: String
    /// The model's name as the server knows it; nil where the address has none.
    public internal(set) var model: String?

    static let anthropicHost = "api.anthropic.com"
    private static let anthropicPrefix = "anthropic:"

    /// Whether a model reference is meant as an address, be it a good one or not.
    public static func isAddress(_ reference: String) -> Bool {
        ["http://", "https://", anthropicPrefix].contains { reference.lowercased().hasPrefix($0) }
    }

    /// - Throws: `LanguageError.invalidReference`; it never repeats a password.
    public init(_ text: String) throws(LanguageError) {
        var rest = text[...]
        let isMarked = rest.lowercased().hasPrefix(Self.anthropicPrefix)
        if isMarked { rest = rest.dropFirst(Self.anthropicPrefix.count) }
        let parts = rest.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let written = parts.first, var url = URLComponents(string: String(written)),
            let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host?.lowercased(), !host.isEmpty, (1...65535).contains(url.port ?? 80)
        else {
            let shown = rest.contains("@") ? "the address" : text
            throw .invalidReference(
                shown, reason: "an address is written https://host:port/v1#model")
        }
        let name = parts.count == 2 ? String(parts[1]) : nil
        guard url.user == nil, url.password == nil, url.query == nil else {
            throw .invalidReference(
                "\(scheme)://\(host)/…",
                reason: "an address holds no password and no query; put the key into the "
                    + "environment variable \(APIKey.variable)")
        }
        guard name != "", name?.contains(where: \.isNewline) != true else {
            throw .invalidReference(text, reason: "a model's name is missing after #")
        }
        url.scheme = scheme
        url.host = host
        while url.path.hasSuffix("/") { url.path.removeLast() }
        if url.path.isEmpty { url.path = "/v1" }
        guard let base = url.string, !Self.endpoints.contains(where: base.hasSuffix) else {
            throw .invalidReference(
                text, reason: "the address ends before the endpoint, as in https://host/v1#model")
        }
        self.base = base
        model = name
        api = isMarked || host == Self.anthropicHost ? .anthropic : .openAI
    }

    /// What a run cites and a command line takes.
    public var description: String {
        let isMarked = api == .anthropic && !base.hasPrefix("https://\(Self.anthropicHost)/")
        return (isMarked ? Self.anthropicPrefix : "") + base + (model.map { "#\($0)" } ?? "")
    }

    /// The base without its version, where servers have endpoints of their own.
    var root: String {
        base.hasSuffix("/v1") ? String(base.dropLast(3)) : base
    }

    /// Whether what is sent stays on this machine or is encrypted.
    var isPrivate: Bool {
        if base.hasPrefix("https://") { return true }
        let host = URLComponents(string: base)?.host ?? ""
        return ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
    }

    private static let endpoints = ["/completions", "/messages", "/models"]
}
