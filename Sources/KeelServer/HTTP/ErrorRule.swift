internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1

/// Turns errors into answers, counts requests, and gives every answer the headers that keep it safe.
struct ErrorRule: RouterMiddleware {
    let serving: Serving

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // What comes after it on the connection can't be trusted.
            throw error
        } catch {
            response = APIError(error, serving.logger).response(from: request, context: context)
        }
        serving.metrics.count(
            "keel_requests_total",
            ["route": context.endpointPath ?? "none", "status": "\(response.status.code)"])
        if serving.isStopping { response.headers[.connection] = "close" }
        for (name, value) in Self.headers where response.headers[name] == nil {
            response.headers[name] = value
        }
        return response
    }

    /// Nothing of an answer may be run, framed, sniffed, cached or passed on, unless a route says so.
    private static let headers: [(HTTPField.Name, String)] = [
        (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; sandbox"),
        (.xContentTypeOptions, "nosniff"),
        (.cacheControl, "no-store"),
    ]
}

extension Serving {
    /// Reads the whole body of a request.
    /// - Throws: `APIError` with 413 for one that is too large, or broken off.
    func body(of request: Request) async throws -> (request: Request, body: ByteBuffer) {
        if isStopping {
            throw APIError.unavailable("The server is stopping.", retryAfter: 5, code: "stopping")
        }
        var request = request
        do {
            let body = try await request.collectBody(upTo: limits.bodyBytes)
            return (request, body)
        } catch is NIOTooManyBytesError {
            throw APIError(
                status: .contentTooLarge,
                message:
                    "The body is larger than the \(limits.bodyBytes) bytes that are read here.",
                type: "invalid_request_error", closes: true)
        }
    }
}
