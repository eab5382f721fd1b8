/// What is wrong with a safetensors file, and in which one.
public struct SafetensorsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was asked for.
    public let path: String
    /// What is wrong.
    public let defect: Defect

    /// The defects, each found by one check of the format.
    public enum Defect: Hashable, Sendable {
        case unreadable(FileError)
        /// The file is shorter than the 8 bytes of the header's length.
        case tooSmall(byteCount: Int)
        case headerTooLarge(byteCount: UInt64, limit: Int)
        case headerBeyondEnd(byteCount: UInt64, available: Int)
        /// The header is not the JSON that the format prescribes.
        case malformedHeader(byte: Int, expected: String)
        case invalidUTF8(byte: Int)
        case duplicateName(String)
        case tooManyAxes(tensor: String, limit: Int)
        case missingField(tensor: String, field: String)
        case duplicateField(tensor: String, field: String)
        case unknownField(tensor: String, field: String)
        case unknownDType(tensor: String, dtype: String)
        case reversedOffsets(tensor: String, begin: Int, end: Int)
        case offsetBeyondEnd(tensor: String, end: Int, dataByteCount: Int)
        /// A shape whose size overflows, or is not a whole number of bytes.
        case impossibleSize(tensor: String, dtype: SafetensorsDType, shape: [Int])
        case wrongSize(tensor: String, expected: Int, found: Int)
        case overlap(tensor: String, begin: Int, previousEnd: Int)
        case gap(tensor: String, begin: Int, previousEnd: Int)
        /// Bytes after the last tensor.
        case trailingBytes(count: Int)
        case missingTensor(String)
        /// A tensor to be written has a name that the format keeps for itself.
        case reservedName(String)
    }

    public var description: String {
        if case .unreadable(let error) = defect { return error.description }
        return "\(path): \(defect.sentence)"
    }
}

extension SafetensorsError.Defect {
    fileprivate var sentence: String {
        switch self {
        case .unreadable(let error):
            error.description
        case .tooSmall(let byteCount):
            "\(byteCount) bytes are too few for a safetensors file. Download it again."
        case .headerTooLarge(let byteCount, let limit):
            "the header claims \(byteCount) bytes, and at most \(limit) are allowed. "
                + "This is not a safetensors file, or it is damaged."
        case .headerBeyondEnd(let byteCount, let available):
            "the header claims \(byteCount) bytes, but only \(available) follow. "
                + "The file was cut off; download it again."
        case .malformedHeader(let byte, let expected):
            "byte \(byte) of the header should be \(expected). The file is damaged."
        case .invalidUTF8(let byte):
            "the text at byte \(byte) of the header is not valid UTF-8. The file is damaged."
        case .duplicateName(let name):
            "the header names \"\(name)\" twice."
        case .tooManyAxes(let tensor, let limit):
            "tensor \"\(tensor)\" has more than \(limit) axes."
        case .missingField(let tensor, let field):
            "tensor \"\(tensor)\" lacks the field \"\(field)\"."
        case .duplicateField(let tensor, let field):
            "tensor \"\(tensor)\" has the field \"\(field)\" twice."
        case .unknownField(let tensor, let field):
            "tensor \"\(tensor)\" has the field \"\(field)\", which the format does not know."
        case .unknownDType(let tensor, let dtype):
            "tensor \"\(tensor)\" has the dtype \"\(dtype)\", which the format does not know."
        case .reversedOffsets(let tensor, let begin, let end):
            "tensor \"\(tensor)\" begins at byte \(begin) of the data and ends before it, at \(end)."
        case .offsetBeyondEnd(let tensor, let end, let dataByteCount):
            "tensor \"\(tensor)\" ends at byte \(end) of the data, which has \(dataByteCount) bytes. "
                + "The file was cut off; download it again."
        case .impossibleSize(let tensor, let dtype, let shape):
            "tensor \"\(tensor)\" has dtype \(dtype.rawValue) and shape \(shape), "
                + "which is not a size that a file can hold."
        case .wrongSize(let tensor, let expected, let found):
            "tensor \"\(tensor)\" has \(found) bytes; its dtype and shape need \(expected)."
        case .overlap(let tensor, let begin, let previousEnd):
            "tensor \"\(tensor)\" begins at byte \(begin) of the data, "
                + "inside another tensor that ends at \(previousEnd)."
        case .gap(let tensor, let begin, let previousEnd):
            "\(begin - previousEnd) bytes before tensor \"\(tensor)\" belong to no tensor."
        case .trailingBytes(let count):
            "\(count) bytes after the last tensor belong to no tensor."
        case .missingTensor(let name):
            "there is no tensor \"\(name)\" in this file."
        case .reservedName(let name):
            "\"\(name)\" cannot be the name of a tensor; the format uses it for metadata."
        }
    }
}
