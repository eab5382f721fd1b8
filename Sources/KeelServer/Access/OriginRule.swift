internal import Foundation
internal import HTTPTypes
internal import Hummingbird

/// Keeps pages of other sites from talking to the server by way of a visitor's browser.
///
/// A browser names the site a request comes from (`Origin`, `Sec-Fetch-Site`) and the one it believes
/// to talk to (`Host`). Another origin is refused. So is, on a loopback address, a host that is not a
/// name of this machine: somebody else's name that points here (DNS rebinding). Bodies must say that
/// they are JSON, which no page can send elsewhere without asking first.
struct OriginRule: RouterMiddleware {
    /// Whether only this machine can reach the server.
    var isLoopback: Bool

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let authority = request.head.authority ?? ""
        if isLoopback, !Self.isThisMachine(Self.host(of: authority)) {
            throw APIError(
                status: .misdirectedRequest,
                message: "This server answers to localhost and 127.0.0.1 only.",
                type: "invalid_request_error")
        }
        if let origin = request.headers[.origin] {
            guard let url = URLComponents(string: origin), let host = url.host,
                Self.sameHost(host, url.port, url.scheme, authority)
            else { throw APIError.forbidden("Pages of other sites may not use this server.") }
        } else if let site = request.headers[.fetchSite],
            site == "cross-site" || site == "same-site"
        {
            // Following a link is no request of the page that has the link.
            guard request.method == .get, request.headers[.fetchMode] == "navigate" else {
                throw APIError.forbidden("Pages of other sites may not use this server.")
            }
        }
        if request.method == .post || request.method == .put {
            let type = request.headers[.contentType]?.split(separator: ";").first?
                .trimmingCharacters(in: .whitespaces).lowercased()
            guard type == "application/json" else {
                throw APIError(
                    status: .unsupportedMediaType,
                    message: "Send JSON, with the header Content-Type: application/json.",
                    type: "invalid_request_error")
            }
        }
        return try await next(request, context)
    }

    private static func sameHost(
        _ host: String, _ port: Int?, _ scheme: String?, _ authority: String
    ) -> Bool {
        let usual = scheme == "https" ? 443 : 80
        let parts = URLComponents(string: "\(scheme ?? "http")://\(authority)")
        return parts?.host?.lowercased() == host.lowercased()
            && (parts?.port ?? usual) == (port ?? usual)
    }

    private static func host(of authority: String) -> String {
        URLComponents(string: "http://\(authority)")?.host ?? ""
    }

    static func isThisMachine(_ host: String) -> Bool {
        ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host.lowercased())
    }
}

extension HTTPField.Name {
    static let fetchSite = HTTPField.Name(parsed: "sec-fetch-site")
    static let fetchMode = HTTPField.Name(parsed: "sec-fetch-mode")
    static let apiKey = HTTPField.Name(parsed: "x-api-key")
}

extension HTTPFields {
    subscript(name: HTTPField.Name?) -> String? { name.flatMap { self[$0] } }
}
