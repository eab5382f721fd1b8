internal import Foundation
internal import KeelGuardian
public import KeelStore

extension Decision {
    /// Whether a guardian has read danger, at any level above none, or could not tell whether there is some.
    public var tellsOfDanger: Bool {
        guard kind == GuardRecords.decided, let payload else { return false }
        // What cannot be read here was written by another version, and may tell of danger.
        guard let record = try? JSONDecoder().decode(GuardRecord.self, from: payload) else {
            return true
        }
        return record.failure != nil || record.plan.level > .none
    }
}
