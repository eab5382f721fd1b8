/// Why a run's folder can't be used.
public enum RunError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    /// The folder holds another run.
    case otherConfig(path: String, differences: [RunConfig.Difference])
    case noSamplesAsked(Int)
    case badMargin(Double)
    case differentSuites(String, String)
    /// Chance alone can't be drawn from these runs.
    case noNull(String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "\(path) can't be read: \(reason) A run is a folder with config.json, suite.json and "
                + "samples.jsonl."
        case .unwritable(let path, let reason):
            "\(path) can't be written: \(reason)"
        case .otherConfig(let path, let differences):
            "\(path) holds another run, which differs in "
                + differences.map(\.description).joined(separator: ", ")
                + ". Ask for the same to resume it, or name a new folder."
        case .noSamplesAsked(let samples):
            "The number of samples is \(samples). Ask for at least 1."
        case .badMargin(let margin):
            "The margin is \(margin). Give a number above 0, in the metric's own unit."
        case .differentSuites(let first, let second):
            "The runs answer different suites, \(first) and \(second). Compare runs of one suite."
        case .noNull(let reason):
            "There is no null to draw: \(reason). Give runs of one model that differ only in their "
                + "seeds, with twice as many answers as a side shall have."
        }
    }
}
