/// Why a model cannot be seen into, or what was seen not be kept.
public enum InterpretabilityError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A folder holds other work than was asked for.
    case otherWork(path: String, fields: [String])
    /// A file or folder is not what it should be.
    case unreadable(path: String, reason: String)
    /// What was asked for makes no sense together.
    case unsupported(String)
    /// A number is no longer one.
    case diverged(step: Int)

    public var description: String {
        switch self {
        case .otherWork(let path, let fields):
            "\(path) holds work of other settings (\(fields.joined(separator: ", "))). Name another "
                + "folder, or ask for what it was begun with."
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .unsupported(let reason): reason
        case .diverged(let step):
            "Training broke down at step \(step): the loss is no number. Lower --learning-rate; the "
                + "last checkpoint is from before."
        }
    }
}
