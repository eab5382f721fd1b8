internal import HTTPTypes
internal import Hummingbird
internal import KeelLanguage
internal import KeelStore
internal import Logging
internal import NIOCore

extension APIError {
    /// What a client is told of an error; what it must not know goes to the log.
    init(_ error: any Error, _ logger: Logger) {
        switch error {
        case let error as APIError: self = error
        case let error as LanguageError: self = .invalid(error.description, error)
        case let refusal as FairQueue.Refusal: self = Self.refused(refusal)
        case Interruption.serverStops:
            self = .unavailable("The server is stopping.", retryAfter: 5, code: "stopping")
        case is Interruption, is CancellationError, ChannelError.ioOnClosedChannel:
            self = APIError(
                status: .init(code: 499, reasonPhrase: "Client Closed Request"),
                message: "The client left.", type: "server_error", code: "cancelled")
        case let error as StoreError: self = Self.store(error, logger)
        case let error as any ModelFailure:
            logger.error("a model failed: \(error.logged)")
            self = APIError(
                status: .badGateway, message: "The model behind this name did not answer.",
                type: "server_error", code: "model_failed")
        case let error as HTTPError: self = Self.http(error)
        default:
            // Of what kind it is, not its words: they may hold what a person wrote.
            logger.error("a request failed: \(String(reflecting: Swift.type(of: error)))")
            self = .inner
        }
    }

    private static func invalid(_ message: String, _ error: LanguageError) -> APIError {
        var code: String?
        if case .tooLong = error { code = "context_length_exceeded" }
        return .invalid(message, param: "messages", code: code)
    }

    private static func refused(_ refusal: FairQueue.Refusal) -> APIError {
        switch refusal {
        case .clientIsGreedy(let seconds):
            .busy(
                "Too many of your requests wait already. Send fewer at a time, or again later.",
                retryAfter: seconds)
        case .isFull(let seconds):
            .unavailable(
                "Too many requests wait already. Please ask again later.", retryAfter: seconds,
                code: "queue_full")
        case .isClosed:
            .unavailable("The server is stopping.", retryAfter: 5, code: "stopping")
        }
    }

    private static func store(_ error: StoreError, _ logger: Logger) -> APIError {
        switch error {
        case .notFound: return .notFound(error.description)
        case .invalid: return .invalid(error.description)
        case .notWritten, .notRead, .unusable, .newer:
            logger.critical("\(error)")
            return APIError(
                status: .init(code: 507, reasonPhrase: "Insufficient Storage"),
                message: "The server could not keep this: its disk did not take it. Nothing of it "
                    + "was kept.",
                type: "server_error", code: "not_kept")
        }
    }

    private static func http(_ error: HTTPError) -> APIError {
        switch error.status {
        case .notFound: .notFound("There is nothing at this address.")
        default:
            APIError(
                status: error.status, message: error.body ?? error.status.reasonPhrase,
                type: error.status.code < 500 ? "invalid_request_error" : "server_error")
        }
    }
}
