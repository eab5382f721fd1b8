import Foundation
import TestSupport
import Testing

/// Inspect's own reader, where `make clients` has installed it.
enum InspectReader {
    static let isThere = Installed.clients != nil
    static let missing: Comment = "Inspect's reader is not here: make clients"

    /// Has it read logs, each in all of its ways, and say what it found wrong with them.
    static func read(_ logs: [URL]) async throws {
        let script = Installed.inRepository("Scripts/goldens/inspect_log.py")
        let outcome = try await #require(Installed.clients).run([script] + logs.map(\.path))
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
