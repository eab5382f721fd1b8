internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Synchronization

/// Lets a visitor open one address once in a new window, where no header can be sent.
final class Tickets: Sendable {
    private struct Ticket {
        var path: String
        var visitor: Visitor
        var end: ContinuousClock.Instant
    }

    private static let life = Duration.seconds(60)
    private static let limit = 1000
    private let open = Mutex<[String: Ticket]>([:])

    /// - Returns: What to add to the address: `ticket=…`, good for one minute and one time.
    func issue(for path: String, to visitor: Visitor) -> String {
        var generator = SystemRandomNumberGenerator()
        let code = (0..<4).map { _ in
            String(generator.next() | 1 << 63, radix: 36)
        }.joined()
        open.withLock { open in
            let now = ContinuousClock.now
            open = open.filter { $0.value.end > now }
            if open.count >= Self.limit, let oldest = open.min(by: { $0.value.end < $1.value.end })
            {
                open[oldest.key] = nil
            }
            open[code] = Ticket(path: path, visitor: visitor, end: now + Self.life)
        }
        return "ticket=\(code)"
    }

    func redeem(_ uri: URI) -> Visitor? {
        guard let code = uri.queryParameters["ticket"] else { return nil }
        return open.withLock { open in
            guard let ticket = open.removeValue(forKey: String(code)), ticket.path == uri.path,
                ticket.end > .now
            else { return nil }
            return ticket.visitor
        }
    }
}
