public import KeelLanguage

/// Why a model behind an address gave no answer.
public struct RemoteError: ModelFailure, Hashable, CustomStringConvertible {
    /// What kind of failure it was.
    public enum Reason: Hashable, Sendable {
        /// No connection came about.
        case unreachable(String)
        /// The server answered with a status of failure.
        case refused(status: Int, message: String)
        /// The answer broke off.
        case dropped(String)
        /// No whole answer came within this time.
        case timedOut(Duration)
        /// The answer has more bytes than this.
        case tooLarge(limit: Int)
        /// The answer is not what the API promises.
        case malformed(String)
        /// The server ended the answer for a reason other than its end or its length.
        case withheld(String)
        /// The server can't do what is asked.
        case unusable(String)
    }

    /// Of the server, without a key.
    public var address: String
    /// What happened.
    public var reason: Reason
    /// What else to say, such as which key was sent.
    public var hint: String?

    init(_ address: String, _ reason: Reason, hint: String? = nil) {
        self.address = address
        self.reason = reason
        self.hint = hint
    }

    public var isLasting: Bool {
        switch reason {
        case .unreachable: true
        case .refused(let status, let message):
            [401, 402, 404].contains(status) || Self.isOutOfQuota(status, message)
        default: false
        }
    }

    /// The address and what kind of failure it was; what the server said may quote the prompt.
    public var logged: String {
        let kind =
            switch reason {
            case .unreachable: "no connection"
            case .refused(let status, _): "status \(status)"
            case .dropped: "the answer broke off"
            case .timedOut(let limit): "no whole answer within \(limit)"
            case .tooLarge(let limit): "the answer is longer than \(limit) bytes"
            case .malformed: "the answer is not what the API promises"
            case .withheld: "the server withheld the answer"
            case .unusable: "the server can't do what is asked"
            }
        return "\(address): \(kind)"
    }

    /// Whether the same request may be answered a little later.
    var isPassing: Bool {
        switch reason {
        case .unreachable, .dropped: true
        case .refused(let status, let message):
            (status == 408 || status == 429 || (500...599).contains(status) && status != 501)
                && !Self.isOutOfQuota(status, message)
        default: false
        }
    }

    private static func isOutOfQuota(_ status: Int, _ message: String) -> Bool {
        status == 429 && message.contains("insufficient_quota")
    }

    public var description: String {
        let sentence =
            switch reason {
            case .unreachable(let why):
                "no connection: \(why). Is the server running, and is the address right?"
            case .refused(let status, let message):
                "status \(status): \(message)\(Self.remedy(status))"
            case .dropped(let why): "the answer broke off: \(why)."
            case .timedOut(let limit):
                "no whole answer within \(limit). Allow more by --timeout, or ask for fewer "
                    + "tokens."
            case .tooLarge(let limit): "the answer is longer than \(limit) bytes."
            case .malformed(let what):
                "the answer is not what the API promises: \(what). Does the address speak it?"
            case .withheld(let why):
                "the server ended the answer by \"\(why)\"; what it gave is not the model's "
                    + "whole answer."
            case .unusable(let what): what
            }
        return "\(address): \(sentence)" + (hint.map { " \($0)" } ?? "")
    }

    private static func remedy(_ status: Int) -> String {
        switch status {
        case 401: " Check the key."
        case 404: " Check the model's name and the address."
        case 429: " Ask for less at a time by --concurrency, or later."
        case 500...599: " Ask again later; what is there is kept."
        default: ""
        }
    }
}
