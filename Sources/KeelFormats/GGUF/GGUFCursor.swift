/// Reads the header of a GGUF file from front to back, checking each read against what is left.
struct GGUFCursor {
    /// The most bytes that metadata and tensor descriptions may take; a vocabulary of 262,144
    /// tokens takes about 10 million.
    static let maximumHeaderByteCount = 100_000_000

    let path: String
    /// What is being read, for messages.
    var context = "the header"
    private(set) var offset = 0
    private let bytes: UnsafeRawBufferPointer
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        self.bytes = bytes
        self.path = path
        self.end = min(bytes.count, Self.maximumHeaderByteCount)
    }

    /// The bytes of the header that are not read yet.
    var remaining: Int { end - offset }

    mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type = Number.self
    ) throws(GGUFError) -> Number {
        let start = try advance(by: MemoryLayout<Number>.size)
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Number.self))
    }

    /// Reads a text and its length.
    mutating func string(maximumByteCount: Int = .max) throws(GGUFError) -> String {
        let byteCount = try integer(UInt64.self)
        if byteCount > maximumByteCount {
            throw error(
                .textTooLong(reading: context, byteCount: byteCount, limit: maximumByteCount))
        }
        let start = try advance(by: Int(clamping: byteCount))
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
        guard let valid = String(validating: text, as: UTF8.self) else {
            throw error(.invalidUTF8(reading: context, byte: start))
        }
        return valid
    }

    /// Reads a count of things, each of which takes at least so many bytes of the file.
    mutating func count(
        of things: String, bytesEach: Int, limit: Int
    ) throws(GGUFError) -> Int {
        let count = try integer(UInt64.self)
        let possible = min(remaining / bytesEach, limit)
        if count > possible { throw error(.tooMany(things, count: count, limit: possible)) }
        return Int(count)
    }

    func error(_ defect: GGUFError.Defect) -> GGUFError {
        GGUFError(path: path, defect: defect)
    }

    private mutating func advance(by byteCount: Int) throws(GGUFError) -> Int {
        if byteCount > remaining {
            throw error(
                byteCount > bytes.count - offset
                    ? .truncated(reading: context, byte: bytes.count)
                    : .headerTooLarge(reading: context, limit: end))
        }
        defer { offset += byteCount }
        return offset
    }
}
