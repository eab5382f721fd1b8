/// A GGUF model file, version 2 or 3, mapped into memory and checked before anything is used.
///
/// Opening reads the header only. A file that opens has no two keys or tensors of one name, and no
/// tensor that leaves the file, shares bytes with another, or is of a type that cannot be decoded.
/// - Source: ggml, `docs/gguf.md`.
public struct GGUFFile: Sendable {
    /// Of the format.
    public let version: Int
    /// By key.
    public let metadata: [String: GGUFValue]
    /// By name.
    public let tensors: [String: GGUFTensor]
    private let file: MappedFile

    /// Opens and checks a file.
    /// - Complexity: O(n log n) in the number of tensors and O(n) in the size of the metadata;
    ///   the data is not touched.
    public init(path: String) throws(GGUFError) {
        do {
            self.file = try MappedFile(path: path)
        } catch {
            throw GGUFError(path: path, defect: .unreadable(error))
        }
        let header = try file.withBytes { bytes throws(GGUFError) in
            try GGUFParser(bytes, path: path)
        }
        version = header.version
        metadata = header.metadata
        tensors = header.tensors
    }

    /// The file, as it was asked for.
    public var path: String { file.path }

    /// Returns the value of a key that the file must have.
    /// - Throws: `GGUFError`, naming the key and, if the type is wrong, what was found.
    public func value<Value: GGUFConvertible>(
        _ key: String, as type: Value.Type = Value.self
    ) throws(GGUFError) -> Value {
        guard let value = try optionalValue(key, as: type) else {
            throw GGUFError(path: path, defect: .missingKey(key))
        }
        return value
    }

    /// Returns the value of a key, or nil if the file does not have it.
    /// - Throws: `GGUFError` if the value has another type.
    public func optionalValue<Value: GGUFConvertible>(
        _ key: String, as type: Value.Type = Value.self
    ) throws(GGUFError) -> Value? {
        guard let stored = metadata[key] else { return nil }
        guard let value = Value(stored) else {
            throw GGUFError(
                path: path,
                defect: .wrongValueType(
                    key: key, expected: Value.ggufExpectation, found: stored.typeDescription))
        }
        return value
    }

    /// The tensor of this name; `GGUFError` with `missingTensor` where there is none.
    public func tensor(_ name: String) throws(GGUFError) -> GGUFTensor {
        guard let tensor = tensors[name] else {
            throw GGUFError(path: path, defect: .missingTensor(name))
        }
        return tensor
    }

    /// Gives a closure the stored bytes of a tensor; the pointer is valid only inside it.
    /// - Throws: `GGUFError.Defect.missingTensor`, or what the closure throws.
    public func withBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        try file.withBytes(in: tensor(name).byteRange, body)
    }

    /// The stored bytes of a tensor, where they are, and what keeps them there; they may have any
    /// alignment.
    /// - Throws: `GGUFError.Defect.missingTensor`.
    public func memory(
        of name: String
    ) throws -> (bytes: UnsafeRawBufferPointer, owner: MappedFile) {
        (try file.memory(in: tensor(name).byteRange), file)
    }

    /// Decodes rows of a tensor to float32.
    ///
    /// Rows are independent, so several threads may decode parts of one tensor at once.
    /// - Parameters:
    ///   - name: The tensor; its rows run along the last axis.
    ///   - rows: Some of `0..<rowCount`.
    ///   - output: Holds exactly `rows.count * elementsPerRow` elements.
    /// - Throws: `GGUFError.Defect.missingTensor`.
    public func dequantize(
        _ name: String, rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>
    ) throws {
        let tensor = try tensor(name)
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= tensor.rowCount,
            "rows \(rows) of a tensor with \(tensor.rowCount)")
        let bytesPerRow = tensor.byteRange.count / tensor.rowCount
        let start = tensor.byteRange.lowerBound
        let range = start + rows.lowerBound * bytesPerRow..<start + rows.upperBound * bytesPerRow
        try file.withBytes(in: range) { tensor.type.dequantize($0, into: output) }
    }
}
