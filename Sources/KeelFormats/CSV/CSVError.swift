/// What is wrong with a CSV file, and on which line.
public struct CSVError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was asked for.
    public let path: String
    /// The line on which the record begins, counted from 1.
    public let line: Int
    /// What is wrong.
    public let defect: Defect

    /// The ways in which a record can be wrong; columns are named as in the header.
    public enum Defect: Hashable, Sendable {
        case noHeader
        case duplicateColumn(String)
        case missingColumn(String, known: [String])
        case wrongFieldCount(expected: Int, found: Int)
        case unclosedQuote(column: String)
        case strayQuote(column: String)
        case textAfterQuote(column: String)
        case strayCarriageReturn(column: String)
        case notUTF8(column: String)
        case tooLong(limit: Int)
    }

    public var description: String { "\(path), line \(line): \(defect)" }
}

extension CSVError.Defect: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noHeader:
            "the file has no header. Its first line must name the columns."
        case .duplicateColumn(let name):
            "column \"\(name)\" is there twice. Give each column its own name."
        case .missingColumn(let name, let known):
            "column \"\(name)\" is missing. There are \(known.joined(separator: ", "))."
        case .wrongFieldCount(let expected, let found):
            "the record has \(found) fields, the header \(expected). A field with a comma in it "
                + "must stand in quotes."
        case .unclosedQuote(let column):
            "column \"\(column)\": the quote that opens the field is never closed."
        case .strayQuote(let column):
            "column \"\(column)\": there is a quote inside a field that does not begin with one. "
                + "Put the field in quotes and double each quote in it."
        case .textAfterQuote(let column):
            "column \"\(column)\": text follows the closing quote. Double each quote that belongs "
                + "to the field."
        case .strayCarriageReturn(let column):
            "column \"\(column)\": a carriage return stands alone. End lines with LF or CRLF."
        case .notUTF8(let column):
            "column \"\(column)\": this is not UTF-8. Save the file in that encoding."
        case .tooLong(let limit):
            "the record is longer than \(limit) bytes. Is a quote left open?"
        }
    }
}
