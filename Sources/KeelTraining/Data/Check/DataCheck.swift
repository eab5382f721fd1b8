import KeelFormats

/// Reads a data file to its end and reports all that is wrong with it.
public struct DataCheck {
    private let evaluation: EvaluationText
    private let encoder: RowEncoder?
    private let allowsDuplicates: Bool

    /// - Parameters:
    ///   - evaluation: What rows must not hold.
    ///   - encoder: Tokenizes rows as training does; nil leaves their tokens uncounted.
    ///   - allowsDuplicates: Whether a row may stand in the file more than once.
    public init(
        evaluation: EvaluationText, encoder: RowEncoder? = nil, allowsDuplicates: Bool = false
    ) {
        self.evaluation = evaluation
        self.encoder = encoder
        self.allowsDuplicates = allowsDuplicates
    }

    /// Checks every row of a file.
    /// - Throws: `FileError` when the file cannot be read. A bad row is no error, but reported.
    public func report(on path: String) throws -> DataReport {
        var report = DataReport(path: path)
        var reader = try JSONLinesReader<NotedRow>(path: path)
        var lines: [DataRow: Int] = [:]
        var lengths: [Int] = []
        var trained = 0
        func note(_ kind: DataReport.Problem.Kind, _ reason: String) {
            report.problems.append(.init(line: reader.line, kind: kind, reason: reason))
        }
        while true {
            let noted: NotedRow?
            do {
                noted = try reader.next()
            } catch let error as JSONLinesError {
                report.rows += 1
                note(.malformed, "\(error.defect)")
                continue
            }
            guard let noted else { break }
            let row = noted.row
            report.rows += 1
            report.kinds[row.kind.rawValue, default: 0] += 1
            for field in noted.ignoredFields { report.ignoredFields[field, default: 0] += 1 }
            if let reason = evaluation.objection(to: row) { note(.evaluation, reason) }
            if let first = lines[row] {
                if !allowsDuplicates { note(.duplicate, "it repeats line \(first).") }
            } else {
                lines[row] = reader.line
            }
            guard let encoder else { continue }
            do {
                for example in try encoder.examples(row) {
                    lengths.append(example.tokens.count)
                    trained += example.targetCount
                }
            } catch let error as RowError {
                note(
                    .unusable,
                    "\(JSONLinesError.Defect.invalidValue(field: error.field, reason: error.reason))"
                )
            } catch {
                note(.unusable, "\(error)")
            }
        }
        if report.rows == 0 {
            report.problems.append(
                .init(line: 0, kind: .malformed, reason: "the file holds no rows."))
        }
        if !lengths.isEmpty { report.tokens = DataReport.Lengths(lengths, trained: trained) }
        return report
    }
}

extension RowEncoder {
    /// The examples that a row of any kind makes: of a preference its two sides, of a prompt that is
    /// only asked none.
    public func examples(_ row: DataRow) throws -> [Example] {
        switch row {
        case .supervised(let row): try examples(row)
        case .preference(let row): try pairs(row).flatMap { [$0.chosen, $0.rejected] }
        case .prompt: []
        }
    }
}
