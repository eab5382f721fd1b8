import Foundation
import KeelLanguage
import KeelRemote
import KeelTraining
import Synchronization

/// Posts alarms to a webhook beside the training that they are of, which waits for none of them.
///
/// A post that fails is a line in the log; the alarm is in `alarms.jsonl` in any case.
final class AlarmPost: Sendable {
    private let webhook: Webhook
    private let posts = Mutex<[Task<Void, Never>]>([])

    init(_ address: String) throws {
        webhook = try Webhook(address)
    }

    func send(_ alarm: Alarm) {
        let task = Task { [webhook] in
            do {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                try await webhook.post(try encoder.encode(alarm))
            } catch {
                Terminal.note("The alarm could not be posted: \(error)")
            }
        }
        posts.withLock { $0.append(task) }
    }

    /// Returns when each post is answered, or has failed.
    func finish() async {
        for task in posts.withLock({ $0 }) { await task.value }
    }
}
