/// What is wrong with a GGUF file, and in which one.
public struct GGUFError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was asked for.
    public let path: String
    /// What is wrong.
    public let defect: Defect

    /// The defects, each found by one check of the format.
    public enum Defect: Hashable, Sendable {
        case unreadable(FileError)
        case wrongMagic
        case bigEndian
        case unsupportedVersion(UInt32)
        /// The file ends inside something.
        case truncated(reading: String, byte: Int)
        /// Metadata and tensor descriptions go on beyond what any model needs.
        case headerTooLarge(reading: String, limit: Int)
        /// A count that the rest of the file cannot hold, or beyond what any model needs.
        case tooMany(String, count: UInt64, limit: Int)
        case textTooLong(reading: String, byteCount: UInt64, limit: Int)
        case invalidUTF8(reading: String, byte: Int)
        case duplicateKey(String)
        case unknownValueType(key: String, code: UInt32)
        case invalidBool(key: String, value: UInt8)
        case nestedTooDeep(key: String, limit: Int)
        case invalidAlignment(Int, range: ClosedRange<Int>)
        case duplicateTensor(String)
        case tooManyAxes(tensor: String, count: UInt32, limit: Int)
        case invalidAxis(tensor: String, size: UInt64)
        case unknownTensorType(tensor: String, code: UInt32)
        /// Rows that do not end where a block ends.
        case partialBlock(tensor: String, type: GGMLType, elementsPerRow: Int)
        case impossibleSize(tensor: String, shape: [Int])
        case misalignedOffset(tensor: String, offset: UInt64, alignment: Int)
        case beyondEnd(tensor: String, offset: UInt64, byteCount: Int, dataByteCount: Int)
        case overlap(tensor: String, other: String)
        case missingKey(String)
        case wrongValueType(key: String, expected: String, found: String)
        case missingTensor(String)
        /// Elements of several types in an array that is to be written.
        case mixedArray(key: String)
        /// A tensor that is to be written was given too few or too many bytes.
        case wrongSize(tensor: String, expected: Int, found: Int)
    }

    public var description: String {
        if case .unreadable(let error) = defect { return error.description }
        return "\(path): \(defect.sentence)"
    }
}

extension GGUFError.Defect {
    fileprivate var sentence: String {
        switch self {
        case .unreadable(let error):
            error.description
        case .wrongMagic:
            "the file does not begin with \"GGUF\"; it is not a GGUF file."
        case .bigEndian:
            "the file is big-endian. Convert the model again on a little-endian machine."
        case .unsupportedVersion(let version):
            "GGUF version \(version) is not supported; 2 and 3 are. Convert the model again."
        case .truncated(let reading, let byte):
            "the file ends at byte \(byte), inside \(reading). Download it again."
        case .headerTooLarge(let reading, let limit):
            "\(reading) lies more than \(limit) bytes into the file, where only tensor data may be."
        case .tooMany(let things, let count, let limit):
            "the file claims \(count) \(things), but at most \(limit) are possible here. "
                + "It is damaged."
        case .textTooLong(let reading, let byteCount, let limit):
            "a text of \(byteCount) bytes in \(reading); at most \(limit) are possible here."
        case .invalidUTF8(let reading, let byte):
            "the text at byte \(byte), in \(reading), is not valid UTF-8."
        case .duplicateKey(let key):
            "the metadata names \"\(key)\" twice."
        case .unknownValueType(let key, let code):
            "key \"\(key)\" has a value of type \(code), which the format does not know."
        case .invalidBool(let key, let value):
            "key \"\(key)\" has a bool of \(value); it must be 0 or 1."
        case .nestedTooDeep(let key, let limit):
            "key \"\(key)\" nests arrays more than \(limit) deep."
        case .invalidAlignment(let alignment, let range):
            "\"general.alignment\" is \(alignment); it must be a power of two "
                + "from \(range.lowerBound) to \(range.upperBound)."
        case .duplicateTensor(let name):
            "the file names tensor \"\(name)\" twice."
        case .tooManyAxes(let tensor, let count, let limit):
            "tensor \"\(tensor)\" has \(count) axes; at most \(limit) are possible."
        case .invalidAxis(let tensor, let size):
            "tensor \"\(tensor)\" has an axis of size \(size)."
        case .unknownTensorType(let tensor, let code):
            "tensor \"\(tensor)\" has ggml type \(code), which Keel does not read. Quantize the "
                + "model to one of \(GGMLType.allCases.map(\.description).joined(separator: ", "))."
        case .partialBlock(let tensor, let type, let elementsPerRow):
            "tensor \"\(tensor)\" has rows of \(elementsPerRow) elements, "
                + "which is not a multiple of the \(type.elementsPerBlock) of a \(type) block."
        case .impossibleSize(let tensor, let shape):
            "tensor \"\(tensor)\" has the shape \(shape), which no file can hold."
        case .misalignedOffset(let tensor, let offset, let alignment):
            "tensor \"\(tensor)\" begins at byte \(offset) of the data, "
                + "which is not a multiple of the alignment, \(alignment)."
        case .beyondEnd(let tensor, let offset, let byteCount, let dataByteCount):
            "tensor \"\(tensor)\" has \(byteCount) bytes from byte \(offset) of the data, "
                + "which has \(dataByteCount). The file was cut off; download it again."
        case .overlap(let tensor, let other):
            "tensors \"\(other)\" and \"\(tensor)\" share bytes."
        case .missingKey(let key):
            "the metadata has no key \"\(key)\"."
        case .wrongValueType(let key, let expected, let found):
            "key \"\(key)\" is a value of type \(found); expected: \(expected)."
        case .missingTensor(let name):
            "there is no tensor \"\(name)\" in this file."
        case .mixedArray(let key):
            "key \"\(key)\" has an array of several types; it must be one."
        case .wrongSize(let tensor, let expected, let found):
            "tensor \"\(tensor)\" takes \(expected) bytes, but \(found) were written."
        }
    }
}
