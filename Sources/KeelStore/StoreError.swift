internal import GRDB

/// Why the store could not do what was asked.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file cannot be opened, or is no database of Keel's.
    case unusable(path: String, reason: String)
    /// A later version of Keel has written the file.
    case newer(path: String)
    /// There is no such thing, or it belongs to someone else.
    case notFound(String, id: String)
    /// What was asked for would break the order of a conversation.
    case invalid(String)
    /// The disk did not take what was written; nothing of it was kept.
    case notWritten(path: String, reason: String)
    /// Reading failed.
    case notRead(path: String, reason: String)

    public var description: String {
        switch self {
        case .unusable(let path, let reason):
            "The store \(path) cannot be used: \(reason). Move it away to start with an empty one, "
                + "or bring back a backup."
        case .newer(let path):
            "The store \(path) was written by a later version of Keel; use that version, or another "
                + "file."
        case .notFound(let what, let id): "There is no \(what) \"\(id)\"."
        case .invalid(let reason): reason
        case .notWritten(let path, let reason):
            "\(path) did not take what was to be written: \(reason). Nothing of it was kept; see "
                + "whether the disk is full."
        case .notRead(let path, let reason): "\(path) cannot be read: \(reason)."
        }
    }
}

extension DatabaseError {
    /// The defect without the statement and its arguments, which may be personal.
    var reason: String { message ?? resultCode.description }
}
