internal import Foundation
internal import Synchronization

/// Answers under way that can be stopped, by name.
final class AnswerSwitches: Sendable {
    private let all = Mutex<[String: (owner: String, presence: ClientPresence)]>([:])

    func add(_ presence: ClientPresence, of owner: String) -> String {
        let name = UUID().uuidString.lowercased()
        all.withLock { $0[name] = (owner, presence) }
        return name
    }

    func remove(_ name: String) { all.withLock { $0[name] = nil } }

    func stop(_ name: String, by owner: String) -> Bool {
        let one = all.withLock { $0[name] }
        guard let one, one.owner == owner else { return false }
        one.presence.leave()
        return true
    }
}
