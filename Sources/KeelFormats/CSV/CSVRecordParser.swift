/// Splits one record into fields, line by line, as RFC 4180 says.
struct CSVRecordParser {
    enum Defect: Error {
        case strayQuote, textAfterQuote, strayCarriageReturn, notUTF8
    }

    private enum State {
        case atStart
        case plain
        case quoted
        /// Behind a quote inside a quoted field: it ends the field, or the next one makes it one.
        case afterQuote
    }

    private(set) var fields: [String] = []
    private var field: [UInt8] = []
    private var state = State.atStart

    /// Whether the record goes on in the next line.
    var isOpen: Bool { state == .quoted }

    /// Reads a line without its line feed.
    mutating func read(_ line: ArraySlice<UInt8>) throws(Defect) {
        for index in line.indices {
            let byte = line[index]
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")): state = .afterQuote
            case (.quoted, _): field.append(byte)
            case (.afterQuote, UInt8(ascii: "\"")):
                field.append(byte)
                state = .quoted
            case (_, UInt8(ascii: ",")): try endField()
            case (_, UInt8(ascii: "\r")):
                guard index == line.endIndex - 1 else { throw .strayCarriageReturn }
            case (.afterQuote, _): throw .textAfterQuote
            case (.atStart, UInt8(ascii: "\"")): state = .quoted
            case (.plain, UInt8(ascii: "\"")): throw .strayQuote
            default:
                field.append(byte)
                state = .plain
            }
        }
        if isOpen {
            field.append(UInt8(ascii: "\n"))
        } else {
            try endField()
        }
    }

    private mutating func endField() throws(Defect) {
        guard let text = String(validating: field, as: UTF8.self) else { throw .notUTF8 }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        state = .atStart
    }
}
