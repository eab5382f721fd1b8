/// A form in which other programs read a run.
public enum ExportFormat: String, Hashable, Sendable, CaseIterable {
    /// The sampled answers as an eval log of Inspect AI, version 2, one JSON document.
    case inspect
    /// The scored continuations as such a log: a probe has as many epochs as the log says, and a
    /// gap is scored once.
    case inspectGaps = "inspect-gaps"
    /// A table of what was said and scored, a row for each text.
    case samples
    /// A table of readings, a row for each reading of each metric.
    case readings

    /// What is written, in a few words.
    public var title: String {
        switch self {
        case .inspect: "an eval log of the answers, for Inspect AI (.json)"
        case .inspectGaps: "an eval log of the gaps, for Inspect AI (.json)"
        case .samples: "a table of answers and scored continuations (.csv)"
        case .readings: "a table of the readings behind the map (.csv)"
        }
    }
}

/// Why a run can't be exported.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Something else is there.
    case otherFile(path: String, format: ExportFormat)
    /// The suite asks for no reading of this kind.
    case nothing(suite: String, format: ExportFormat)

    public var description: String {
        switch self {
        case .otherFile(let path, let format):
            "\(path) exists and is not \(format.title) that Keel wrote. Name another output."
        case .nothing(let suite, let format):
            "The suite \(suite) asks for nothing that goes into \(format.title)."
        }
    }
}
