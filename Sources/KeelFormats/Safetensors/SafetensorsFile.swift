/// A safetensors file, mapped into memory and checked against every rule of the format.
///
/// Opening reads the header only. A file that opens has no two tensors of one name, no byte that
/// belongs to two tensors or to none, and no tensor whose bytes disagree with its shape.
/// Names are compared as Swift strings, by canonical equivalence.
/// - Source: safetensors, README "Format" and `src/tensor.rs`.
public struct SafetensorsFile: Sendable {
    /// The longest header that the format allows.
    static let maximumHeaderByteCount = 100_000_000

    /// Free text, such as `format: pt`.
    public let metadata: [String: String]
    /// By name.
    public let tensors: [String: SafetensorsTensor]
    private let file: MappedFile

    /// Opens and checks a file.
    /// - Complexity: O(n log n) in the number of tensors; the data is not touched.
    public init(path: String) throws(SafetensorsError) {
        do {
            self.file = try MappedFile(path: path)
        } catch .empty {
            throw SafetensorsError(path: path, defect: .tooSmall(byteCount: 0))
        } catch {
            throw SafetensorsError(path: path, defect: .unreadable(error))
        }
        (metadata, tensors) = try file.withBytes { bytes throws(SafetensorsError) in
            try Self.parse(bytes, path: path)
        }
    }

    /// The file, as it was asked for.
    public var path: String { file.path }

    /// The tensor of this name; `SafetensorsError` with `missingTensor` where there is none.
    public func tensor(_ name: String) throws(SafetensorsError) -> SafetensorsTensor {
        guard let tensor = tensors[name] else {
            throw SafetensorsError(path: path, defect: .missingTensor(name))
        }
        return tensor
    }

    /// Gives a closure the bytes of a tensor; the pointer is valid only inside it,
    /// and may have any alignment.
    /// - Throws: `SafetensorsError.Defect.missingTensor`, or what the closure throws.
    public func withBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        try file.withBytes(in: tensor(name).byteRange, body)
    }

    /// The stored bytes of a tensor, where they are, and what keeps them there; they may have any
    /// alignment.
    /// - Throws: `SafetensorsError.Defect.missingTensor`.
    public func memory(
        of name: String
    ) throws -> (bytes: UnsafeRawBufferPointer, owner: MappedFile) {
        (try file.memory(in: tensor(name).byteRange), file)
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(SafetensorsError) -> ([String: String], [String: SafetensorsTensor]) {
        func fail(_ defect: SafetensorsError.Defect) -> SafetensorsError {
            SafetensorsError(path: path, defect: defect)
        }
        if bytes.count < 8 { throw fail(.tooSmall(byteCount: bytes.count)) }
        let claimed = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        if claimed > maximumHeaderByteCount {
            throw fail(.headerTooLarge(byteCount: claimed, limit: maximumHeaderByteCount))
        }
        let dataStart = 8 + Int(claimed)
        if dataStart > bytes.count {
            throw fail(.headerBeyondEnd(byteCount: claimed, available: bytes.count - 8))
        }
        let header = try SafetensorsHeaderParser(
            UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]), path: path)
        let dataByteCount = bytes.count - dataStart

        var tensors: [String: SafetensorsTensor] = [:]
        var previousEnd = 0
        for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            let (name, begin, end) = (entry.name, entry.begin, entry.end)
            if begin > end { throw fail(.reversedOffsets(tensor: name, begin: begin, end: end)) }
            if end > dataByteCount {
                throw fail(.offsetBeyondEnd(tensor: name, end: end, dataByteCount: dataByteCount))
            }
            if begin < previousEnd {
                throw fail(.overlap(tensor: name, begin: begin, previousEnd: previousEnd))
            }
            if begin > previousEnd {
                throw fail(.gap(tensor: name, begin: begin, previousEnd: previousEnd))
            }
            guard let byteCount = entry.dtype.byteCount(shape: entry.shape) else {
                throw fail(
                    .impossibleSize(tensor: name, dtype: entry.dtype, shape: entry.shape))
            }
            if byteCount != end - begin {
                throw fail(.wrongSize(tensor: name, expected: byteCount, found: end - begin))
            }
            previousEnd = end
            tensors[name] = SafetensorsTensor(
                name: name, dtype: entry.dtype, shape: entry.shape,
                byteRange: dataStart + begin..<dataStart + end)
        }
        if previousEnd < dataByteCount {
            throw fail(.trailingBytes(count: dataByteCount - previousEnd))
        }
        return (header.metadata, tensors)
    }
}
