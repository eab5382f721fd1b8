/// A form in which other programs read a run.
public enum ExportFormat: String, Hashable, Sendable, CaseIterable {
    /// An eval log of Inspect AI, version 2, as one JSON document.
    case inspect
    /// A table of what was said and scored, a row for each text.
    case samples
    /// A table of readings, a row for each reading of each metric.
    case readings

    public var title: String {
        switch self {
        case .inspect: "an eval log for Inspect's viewer (.json)"
        case .samples: "a table of answers and scored continuations (.csv)"
        case .readings: "a table of the readings behind the map (.csv)"
        }
    }
}

/// Why a run can't be exported.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Something else is there.
    case otherFile(path: String, format: ExportFormat)

    public var description: String {
        switch self {
        case .otherFile(let path, let format):
            "\(path) exists and is not \(format.title) that Keel wrote. Name another output."
        }
    }
}
