import Foundation
import KeelFormats

extension Suite {
    /// Makes a suite of somebody else's file.
    ///
    /// The suite cites its source, and carries a canary that is a digest of its content.
    /// - Parameters:
    ///   - path: The file.
    ///   - format: What the file is.
    ///   - name: The suite's name; nil for that of the file.
    /// - Returns: A suite that a file of it, read again, equals.
    /// - Throws: `ImportError`, `CSVError` or `JSONLinesError` with file, line and field;
    ///   `FileError`.
    public static func imported(
        from path: String, as format: ImportFormat, name: String? = nil
    ) throws -> Suite {
        let source = try ImportSource(path: path, format: format, name: name)
        return switch format {
        case .anthropicEvals: try AnthropicEvals.suite(jsonLines(path), source)
        case .xstest: try XSTest.suite(csv(path) { _ in XSTest.columns }, source)
        case .politicalPairs:
            try PoliticalPairs.suite(csv(path) { _ in PoliticalPairs.columns }, source)
        case .humanebench: try HumaneBench.suite(jsonLines(path), source)
        case .sycoBench: try SycoBench.suite(csv(path, SycoBench.columns(of:)), source)
        case .spiralBench: try SpiralBench.suite(json(path, source), source)
        case .jsonl: try ConversationRows.suite(jsonLines(path), source)
        }
    }

    private static func jsonLines<Row: Decodable>(_ path: String) throws -> [ImportedRow<Row>] {
        var reader = try JSONLinesReader<Row>(path: path)
        var rows: [ImportedRow<Row>] = []
        while let row = try reader.next() { rows.append(.init(line: reader.line, row: row)) }
        return rows
    }

    /// All rows of a file; `needed` says which columns it must have, given those it has.
    private static func csv(
        _ path: String, _ needed: ([String]) -> [String]
    ) throws -> [CSVRow] {
        var reader = try CSVReader(path: path)
        try reader.require(needed(reader.columns))
        var rows: [CSVRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    private static func json<Value: Decodable>(
        _ path: String, _ source: ImportSource
    ) throws -> Value {
        let data = try MappedFile(path: path).withBytes { Data($0) }
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch {
            throw source.error(
                .notJSON(JSONLinesError.Defect(decoding: data, failedWith: error).description))
        }
    }
}
