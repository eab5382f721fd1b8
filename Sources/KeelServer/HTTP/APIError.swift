internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Why a request was not answered, as OpenAI's API tells it.
struct APIError: Error, Hashable {
    var status: HTTPResponse.Status
    /// What was wrong and what to do, for the person at the other end.
    var message: String
    /// One of OpenAI's words for kinds of errors.
    var type: String
    /// The field that is at fault.
    var param: String?
    /// A word for programs.
    var code: String?
    /// Seconds after which to ask again.
    var retryAfter: Int?
    /// Whether the connection is of no more use.
    var closes = false

    static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(
            status: .badRequest, message: message, type: "invalid_request_error", param: param,
            code: code)
    }

    /// Something that other servers do and this one does not.
    static func unsupported(_ param: String, _ message: String) -> APIError {
        .invalid(message, param: param, code: "unsupported_parameter")
    }

    static func notFound(_ message: String, code: String? = nil) -> APIError {
        APIError(status: .notFound, message: message, type: "not_found_error", code: code)
    }

    static func unauthorised(_ message: String) -> APIError {
        APIError(
            status: .unauthorized, message: message, type: "authentication_error",
            code: "invalid_api_key")
    }

    static func forbidden(_ message: String) -> APIError {
        APIError(status: .forbidden, message: message, type: "permission_error")
    }

    static func busy(_ message: String, retryAfter: Int) -> APIError {
        APIError(
            status: .tooManyRequests, message: message, type: "rate_limit_error",
            code: "queue_full", retryAfter: retryAfter)
    }

    static func unavailable(_ message: String, retryAfter: Int, code: String) -> APIError {
        APIError(
            status: .serviceUnavailable, message: message, type: "overloaded_error", code: code,
            retryAfter: retryAfter)
    }

    /// A fault of the server, told without its inner workings.
    static let inner = APIError(
        status: .internalServerError,
        message: "The server could not do this; its log says more. Please try again.",
        type: "server_error")
}

extension APIError: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) -> Response {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if closes { headers[.connection] = "close" }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: ErrorDocument(self).json)))
    }
}

/// `{"error": {…}}`, in a body or in a stream.
struct ErrorDocument: Encodable {
    private struct Detail: Encodable {
        var message: String
        var type: String
        var param: String?
        var code: String?

        /// Clients expect both keys, null where there is nothing.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(message, forKey: .message)
            try container.encode(type, forKey: .type)
            try container.encode(param, forKey: .param)
            try container.encode(code, forKey: .code)
        }

        private enum Key: CodingKey {
            case message, type, param, code
        }
    }

    private var error: Detail

    init(_ error: APIError) {
        self.error = Detail(
            message: error.message, type: error.type, param: error.param, code: error.code)
    }

    /// Never fails: it is what is said when something has.
    var json: Data {
        (try? JSON.encode(self)) ?? Data(#"{"error":{"message":"","type":"server_error"}}"#.utf8)
    }
}
