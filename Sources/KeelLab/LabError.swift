/// Why the lab cannot do what was asked.
public enum LabError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder holds another experiment.
    case otherLab(path: String, fields: [String])
    /// A file is not what it should be.
    case unreadable(path: String, reason: String)
    /// What was asked for makes no sense together.
    case unsupported(String)

    public var description: String {
        switch self {
        case .otherLab(let path, let fields):
            "\(path) holds another experiment (\(fields.joined(separator: ", ")) differ). Name another "
                + "folder, or ask for what it was begun with."
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .unsupported(let reason): reason
        }
    }
}
