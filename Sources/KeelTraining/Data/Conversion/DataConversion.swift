import Foundation
import KeelFormats

/// Writes a data set in the form of another program.
public struct DataConversion {
    /// What was written.
    public struct Summary: Hashable, Sendable, Encodable {
        /// Rows by the name of the file that they went to.
        public var rows: [String: Int] = [:]
        /// Of all rows, by TRL's name for it.
        public var kind: String
        /// In how many rows a field stands that is not converted.
        public var ignoredFields: [String: Int] = [:]
    }

    private let format: DataFormat
    private let evaluation: EvaluationText
    private let split: DataSplit?

    /// - Parameters:
    ///   - format: Whose form.
    ///   - evaluation: What rows must not hold.
    ///   - split: For mlx-lm, which rows are kept for validation and test; nil trains on all.
    /// - Throws: `TrainingError.option` for a split that the form has no files for.
    public init(
        to format: DataFormat, evaluation: EvaluationText, split: DataSplit? = nil
    ) throws(TrainingError) {
        if split != nil, format != .mlxLM {
            throw .option(
                name: "valid and test", expected: "left out: \(format.rawValue) is one file")
        }
        self.format = format
        self.evaluation = evaluation
        self.split = split
    }

    /// Reads a file twice: once to check every row, once to write it; what is written appears whole
    /// or not at all.
    /// - Parameters:
    ///   - path: JSON Lines, rows of one kind.
    ///   - output: A file, or a folder for a form that is one.
    /// - Returns: How many rows went to which file, and what was left out.
    /// - Throws: `JSONLinesError` for the first row that is bad, of another kind than those before,
    ///   evaluation data, or of a kind that the form has no place for; `TrainingError`, `FileError`.
    public func convert(_ path: String, to output: String) throws -> Summary {
        var groups: [TextOrMessages: Int] = [:]
        var groupOfRow: [Int] = []
        var kind: DataRow.Kind?
        var ignored: [String: Int] = [:]
        try forEachRow(of: path) { noted, line in
            let first = kind ?? noted.row.kind
            kind = first
            guard noted.row.kind == first else {
                throw RowError(
                    field: "",
                    reason: "it is \(noted.row.kind.rawValue), where rows before are "
                        + "\(first.rawValue). Convert each kind from a file of its own.")
            }
            if let reason = evaluation.objection(to: noted.row) {
                throw RowError(field: "", reason: reason)
            }
            _ = try format.converted(noted.row)
            for field in noted.ignoredFields { ignored[field, default: 0] += 1 }
            if split != nil {
                groupOfRow.append(groups[noted.row.prompt, default: groups.count])
                groups[noted.row.prompt] = groupOfRow[groupOfRow.count - 1]
            }
        }
        guard let kind else {
            throw JSONLinesError(
                path: path, line: 1,
                defect: .invalidValue(field: "", reason: "the file holds no rows."))
        }
        var summary = Summary(kind: kind.rawValue, ignoredFields: ignored)
        switch format {
        case .trl, .openRLHF, .openAI:
            summary.rows[output] = try write(path, to: output)
        case .llamaFactory:
            let name = URL(filePath: path).deletingPathExtension().lastPathComponent
            try StagedFolder.replace(output) { folder in
                summary.rows["\(name).jsonl"] = try write(path, to: "\(folder)/\(name).jsonl")
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                let entry = LLaMAFactory.description(of: kind, file: "\(name).jsonl")
                try encoder.encode([name: entry]).write(
                    to: URL(filePath: folder + "/dataset_info.json"))
            }
        case .mlxLM:
            let parts = try split?.parts(of: groupOfRow)
            try StagedFolder.replace(output) { folder in
                for part in DataSplit.Part.allCases
                where parts?.contains(part) ?? (part == .train) {
                    let name = "\(part.rawValue).jsonl"
                    summary.rows[name] = try write(path, to: "\(folder)/\(name)") {
                        parts?[$0] ?? .train == part
                    }
                }
            }
        }
        return summary
    }

    /// Writes the rows, counted from 0, that are chosen, and returns how many.
    private func write(
        _ path: String, to output: String, where isChosen: (Int) -> Bool = { _ in true }
    ) throws -> Int {
        var (row, written) = (0, 0)
        try JSONLinesFile.write(to: output) { append in
            try forEachRow(of: path) { noted, _ in
                defer { row += 1 }
                guard isChosen(row) else { return }
                try append(format.converted(noted.row))
                written += 1
            }
        }
        return written
    }

    /// Calls `body` with each row; what it throws about a row is told with file and line.
    private func forEachRow(of path: String, _ body: (NotedRow, Int) throws -> Void) throws {
        var reader = try JSONLinesReader<NotedRow>(path: path)
        while let noted = try reader.next() {
            do {
                try body(noted, reader.line)
            } catch let error as RowError {
                throw reader.error(.invalidValue(field: error.field, reason: error.reason))
            }
        }
    }
}
