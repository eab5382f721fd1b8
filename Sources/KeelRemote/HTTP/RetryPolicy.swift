package import Foundation

/// How long a request waits before it is sent again.
package struct RetryPolicy: Sendable {
    var retries: Int
    var first: Duration
    var longest: Duration = .seconds(60)
    /// A server that asks for a longer pause is not waited for.
    var patience: Duration = .seconds(600)

    package init(retries: Int, first: Duration = .seconds(1)) {
        self.retries = retries
        self.first = first
    }

    /// The pause before retry `number`, counted from 0.
    ///
    /// It doubles each time; half of it is drawn, so that tasks refused together do not come back
    /// together. A pause that the server asks for is kept, and drawn upwards.
    /// `random` is drawn evenly from 0 to 1. Nil is the end of patience.
    package func pause(before number: Int, asked: Duration?, random: Double) -> Duration? {
        guard number < retries else { return nil }
        if let asked {
            return asked > patience ? nil : asked + first * random
        }
        let full = min(longest, first * pow(2, Double(min(number, 30))))
        return full / 2 + full / 2 * random
    }

    /// What a server asks for by `Retry-After`, in seconds or as a date, or by `retry-after-ms`.
    package static func asked(
        retryAfter: String?, milliseconds: String?, now: Date = Date()
    ) -> Duration? {
        if let milliseconds, let number = Double(milliseconds), number >= 0, number.isFinite {
            return .milliseconds(min(number, 1e12))
        }
        guard let retryAfter else { return nil }
        if let seconds = Double(retryAfter.trimmingCharacters(in: .whitespaces)) {
            return seconds >= 0 && seconds.isFinite ? .seconds(min(seconds, 1e9)) : nil
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = format.date(from: retryAfter) else { return nil }
        return .seconds(max(0, date.timeIntervalSince(now)))
    }
}
