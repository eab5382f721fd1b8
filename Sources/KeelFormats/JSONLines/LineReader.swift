/// Splits a stream of bytes at line feeds, holding one line in memory.
struct LineReader: ~Copyable {
    private static let chunkByteCount = 1 << 16

    let file: FileDescriptor
    let maximumByteCount: Int
    private var buffer: [UInt8] = []
    /// Where the next line begins in the buffer.
    private var start = 0
    private var isAtEnd = false

    init(_ file: consuming FileDescriptor, maximumByteCount: Int) {
        self.file = file
        self.maximumByteCount = maximumByteCount
    }

    enum Line {
        case text(ArraySlice<UInt8>)
        case tooLong
    }

    /// Returns the next line without its line feed, or nil at the end.
    mutating func next() throws(FileError) -> Line? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return line(endingAt: end)
            }
            searched = buffer.count
            if searched - start > maximumByteCount {
                try skipLine()
                return .tooLong
            }
            if isAtEnd {
                defer { start = searched }
                return start == searched ? nil : line(endingAt: searched)
            }
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
            try fill()
        }
    }

    /// Passes over the rest of a line, so that the next call goes on after it.
    private mutating func skipLine() throws(FileError) {
        repeat {
            buffer.removeAll(keepingCapacity: true)
            start = 0
            try fill()
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                start = end + 1
                return
            }
        } while !isAtEnd
        start = buffer.count
    }

    private func line(endingAt end: Int) -> Line {
        end - start > maximumByteCount ? .tooLong : .text(buffer[start..<end])
    }

    private mutating func fill() throws(FileError) {
        let filled = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.chunkByteCount))
        var count = 0
        defer { buffer.removeLast(Self.chunkByteCount - count) }
        count = try file.read(into: &buffer, from: filled)
        isAtEnd = count == 0
    }
}
