/// Takes a stream of bytes apart into server-sent events (WHATWG HTML, section 9.2).
///
/// Bytes may come in pieces of any size; lines end with LF, CR or both.
package struct ServerSentEvents {
    package struct Event: Hashable {
        /// The field `event`; empty where there is none.
        package var name = ""
        /// The fields `data`, joined by line feeds.
        package var data: [UInt8] = []
    }

    /// An event longer than this is an error.
    let limit: Int
    private var line: [UInt8] = []
    private var event = Event()
    private var hasData = false
    private var afterReturn = false
    private var isFirstLine = true

    package init(limit: Int) {
        self.limit = limit
    }

    package struct TooLong: Error {}

    /// Adds bytes.
    /// - Returns: The events that they complete. An event without an empty line after it never ends.
    /// - Throws: `TooLong`.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            defer { afterReturn = byte == UInt8(ascii: "\r") }
            switch byte {
            case UInt8(ascii: "\n") where afterReturn: continue
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let event = endLine() { events.append(event) }
            default:
                line.append(byte)
                if line.count + event.data.count > limit { throw TooLong() }
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer {
            line.removeAll(keepingCapacity: true)
            isFirstLine = false
        }
        if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        if line.isEmpty {
            defer { (event, hasData) = (Event(), false) }
            return hasData ? event : nil
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData { event.data.append(UInt8(ascii: "\n")) }
            event.data += value
            hasData = true
        case "event": event.name = String(decoding: value, as: UTF8.self)
        default: break  // A comment, or a field that says nothing here.
        }
        return nil
    }
}
