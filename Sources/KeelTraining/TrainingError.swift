/// Why training cannot start or go on.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An option out of its range, with what was expected.
    case option(name: String, expected: String)
    /// A folder that holds a checkpoint which cannot be used.
    case checkpoint(path: String, reason: String)
    /// The run's folder holds another run.
    case otherRun(path: String, fields: [String])
    /// The loss or the gradient is no number any more.
    case diverged(step: Int)
    /// Another process of the same training is gone, or never came.
    case processLost(rank: Int, size: Int, reason: String)
    /// What was asked for makes no sense together, in a whole sentence.
    case unsupported(String)

    /// Throws `option` for the first check that does not hold: its name, whether, what is expected.
    static func require(_ checks: [(String, Bool, String)]) throws(TrainingError) {
        if let (name, _, expected) = checks.first(where: { !$0.1 }) {
            throw .option(name: name, expected: expected)
        }
    }

    public var description: String {
        switch self {
        case .option(let name, let expected):
            "\(name) must be \(expected)."
        case .checkpoint(let path, let reason):
            "The checkpoint \(path) cannot be used: \(reason)."
        case .otherRun(let path, let fields):
            "\(path) holds a run with other settings (\(fields.joined(separator: ", "))). "
                + "Give the same ones to go on with it, or name another folder."
        case .diverged(let step):
            "At step \(step) the loss or its gradient is no longer a number. Lower the learning rate, "
                + "or clip gradients (max-grad-norm)."
        case .processLost(let rank, let size, let reason):
            "Process \(rank) of \(size) could not go on with the others: one of them is gone, or never "
                + "came (\(reason)). Start all of them again; they go on from the last checkpoint."
        case .unsupported(let reason):
            reason
        }
    }
}
