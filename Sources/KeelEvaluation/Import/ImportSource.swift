import Foundation
import KeelLanguage

/// The file that a suite is made from: cites it, and names it in errors.
struct ImportSource {
    let path: String
    let format: ImportFormat
    /// The name of the suite.
    let name: String

    /// - Parameters:
    ///   - path: The file.
    ///   - format: What the file is.
    ///   - name: The suite's; nil for that of the file.
    /// - Throws: `ImportError` for a name that is no id.
    init(path: String, format: ImportFormat, name: String?) throws(ImportError) {
        self.path = path
        self.format = format
        let file = URL(filePath: path).deletingPathExtension().lastPathComponent
        self.name = name ?? Self.id(file)
        guard self.name.wholeMatch(of: /[a-z0-9-]+/) != nil else {
            throw ImportError(path: path, line: 0, defect: .badName(self.name))
        }
    }

    /// A byte order mark inside a file is no text, and would not come back from YAML.
    private static let blank = CharacterSet.whitespacesAndNewlines.union(["\u{FEFF}"])

    func error(_ defect: ImportError.Defect, line: Int = 0) -> ImportError {
        ImportError(path: path, line: line, defect: defect)
    }

    /// A row's text.
    /// - Throws: `ImportError` if it is blank.
    func text(_ text: String, _ field: String, line: Int) throws(ImportError) -> String {
        let trimmed = text.trimmingCharacters(in: Self.blank)
        guard !trimmed.isEmpty else { throw error(.empty(field: field), line: line) }
        return trimmed
    }

    /// The suite of these dimensions, with attribution and canary.
    ///
    /// The canary is a digest of all that is in the suite: equal files give equal suites.
    /// - Parameters:
    ///   - about: What the suite asks, in sentences.
    ///   - rubrics: What a judge is asked.
    ///   - dimensions: Those without probes are left out.
    ///   - sharing: What the rows do where there is only one cluster.
    /// - Returns: The suite, as it would be read from a file.
    /// - Throws: `ImportError` without rows, and for a dimension of one cluster.
    func suite(
        about: String, rubrics: [Rubric] = [], dimensions: [Dimension], sharing: String
    ) throws(ImportError) -> Suite {
        let dimensions = dimensions.filter { !$0.probes.isEmpty }
        guard !dimensions.isEmpty else { throw error(.noRows) }
        for dimension in dimensions where Set(dimension.probes.map(\.cluster)).count < 2 {
            throw error(.oneCluster(sharing))
        }
        let file = URL(filePath: path).lastPathComponent
        let origin = format.attribution.map { "\(file) of \($0)" } ?? file
        var suite = Suite(
            name: name, version: "1", canary: "", about: "\(about) Imported from \(origin).",
            rubrics: rubrics, dimensions: dimensions)
        suite.canary = "keel-\(name)-\(suite.fingerprint)"
        return suite
    }

    /// Any text as an id: small letters, digits, and hyphens for all else.
    static func id(_ text: String) -> String {
        let parts = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return parts.isEmpty ? "other" : parts.joined(separator: "-")
    }
}

/// A row, and the line it stands on.
struct ImportedRow<Row> {
    let line: Int
    let row: Row
}

extension Probe {
    /// A probe of one question.
    init(
        id: String, cluster: String, ask: String, good: [String] = [], bad: [String] = [],
        mirrors: String? = nil
    ) {
        self.init(
            id: id, cluster: cluster, messages: [.user(ask)], talk: [], good: good, bad: bad,
            behaviour: [], opposite: [], mirrors: mirrors)
    }
}

extension Measure {
    static func counter(_ counter: Counter, better: Direction? = nil) -> Measure {
        Measure(kind: .counter, counter: counter.id, better: better)
    }

    /// A mirror of a counter, which is even at zero.
    static func mirror(_ counter: Counter) -> Measure {
        Measure(kind: .mirror, of: counter.id, better: .zero)
    }
}
