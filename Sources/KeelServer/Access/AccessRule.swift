internal import HTTPTypes
internal import Hummingbird

/// Lets in who brings a token, and knows everyone as the owner of the machine where none is needed.
struct AccessRule: RouterMiddleware {
    var list: AccessList
    var tickets: Tickets

    /// What anyone may see: whether the server is up, and the pages, which hold nothing of anyone.
    private static func isPublic(_ request: Request) -> Bool {
        guard request.method == .get || request.method == .head else { return false }
        let path = request.uri.path
        return path == "/" || path == "/health" || path == "/openapi.json"
            || path == "/runs" || path == "/helper" || path.hasPrefix("/pages/")
    }

    /// Where whoever brings no token may bring a link, which the routes look at themselves.
    private static func isForHelpers(_ request: Request) -> Bool {
        request.uri.path.hasPrefix("/keel/helper/")
    }

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if list.isOpen {
            context.visitor = Visitor(name: "", role: .admin)
            return try await next(request, context)
        }
        if let token = Self.token(of: request) {
            guard let visitor = list.visitor(bringing: token) else {
                throw APIError.unauthorised("This token is not known here.")
            }
            context.visitor = visitor
        } else if let visitor = tickets.redeem(request.uri) {
            context.visitor = visitor
        } else if Self.isForHelpers(request) {
            context.visitor = Visitor(name: "", role: .helper)
            context.isUnknown = true
        } else if !Self.isPublic(request) {
            throw APIError.unauthorised(
                "A token is needed, as in the header Authorization: Bearer TOKEN.")
        }
        if !Self.isForHelpers(request), !Self.isPublic(request) { try context.require(.user) }
        return try await next(request, context)
    }

    private static func token(of request: Request) -> String? {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            // Another scheme is no token, but what comes with it must not pass as none.
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return "" }
            return parts[1].trimmingPrefix { $0 == " " }.description
        }
        return request.headers[HTTPField.Name.apiKey]
    }
}

extension ServerContext {
    /// - Throws: `APIError` where the visitor may not do what takes this role.
    func require(_ role: Role) throws(APIError) {
        guard visitor.role >= role else {
            throw .forbidden("This takes a token of the role \(role.rawValue).")
        }
    }
}
