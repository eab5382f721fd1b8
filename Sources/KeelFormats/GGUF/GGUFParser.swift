/// Reads and checks the header of a GGUF file: metadata, then descriptions of tensors.
///
/// No count from the file is believed before the bytes that are left can hold it.
struct GGUFParser {
    private static let magic: UInt32 = 0x4655_4747  // "GGUF", little-endian
    private static let maximumKeyCount = 65_536
    private static let maximumTensorCount = 65_536
    private static let maximumKeyByteCount = 65_535
    private static let maximumNameByteCount = 64
    static let maximumAxisCount = 4
    private static let maximumNesting = 4
    static let alignmentRange = 8...65_536

    let version: Int
    private(set) var metadata: [String: GGUFValue] = [:]
    private(set) var tensors: [String: GGUFTensor] = [:]
    private var cursor: GGUFCursor
    /// The elements that all arrays together may still have; the largest vocabularies, with their
    /// scores, types and merges, take about 1.5 million.
    private var itemsLeft = 4_194_304

    private struct Description {
        let name: String
        let type: GGMLType
        let shape: [Int]
        let byteCount: Int
        let offset: UInt64
    }

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(GGUFError) {
        cursor = GGUFCursor(bytes, path: path)
        if try cursor.integer(UInt32.self) != Self.magic { throw cursor.error(.wrongMagic) }
        let version = try cursor.integer(UInt32.self)
        if version.byteSwapped == 2 || version.byteSwapped == 3 { throw cursor.error(.bigEndian) }
        if version != 2 && version != 3 { throw cursor.error(.unsupportedVersion(version)) }
        self.version = Int(version)

        // The shortest tensor description: name length, axis count, type, offset.
        let tensorCount = try cursor.count(
            of: "tensors", bytesEach: 8 + 4 + 4 + 8, limit: Self.maximumTensorCount)
        // The shortest pair: key length, type, a value of one byte.
        let keyCount = try cursor.count(
            of: "keys", bytesEach: 8 + 4 + 1, limit: Self.maximumKeyCount)
        for _ in 0..<keyCount { try parsePair() }

        var descriptions: [Description] = []
        var names: Set<String> = []
        for _ in 0..<tensorCount {
            let description = try parseDescription()
            if !names.insert(description.name).inserted {
                throw cursor.error(.duplicateTensor(description.name))
            }
            descriptions.append(description)
        }
        try place(descriptions, fileByteCount: bytes.count)
    }

    // MARK: Metadata

    private mutating func parsePair() throws(GGUFError) {
        cursor.context = "the name of key \(metadata.count + 1)"
        let key = try cursor.string(maximumByteCount: Self.maximumKeyByteCount)
        cursor.context = "the value of key \"\(key)\""
        let type = try cursor.integer(UInt32.self)
        let value = try value(ofType: type, key: key, depth: 0)
        if metadata.updateValue(value, forKey: key) != nil {
            throw cursor.error(.duplicateKey(key))
        }
    }

    private mutating func value(
        ofType type: UInt32, key: String, depth: Int
    ) throws(GGUFError) -> GGUFValue {
        switch type {
        case 0: .uint8(try cursor.integer())
        case 1: .int8(try cursor.integer())
        case 2: .uint16(try cursor.integer())
        case 3: .int16(try cursor.integer())
        case 4: .uint32(try cursor.integer())
        case 5: .int32(try cursor.integer())
        case 6: .float32(Float(bitPattern: try cursor.integer()))
        case 7: .bool(try bool(key: key))
        case 8: .string(try cursor.string())
        case 9: .array(try array(key: key, depth: depth + 1))
        case 10: .uint64(try cursor.integer())
        case 11: .int64(try cursor.integer())
        case 12: .float64(Double(bitPattern: try cursor.integer()))
        default: throw cursor.error(.unknownValueType(key: key, code: type))
        }
    }

    private mutating func bool(key: String) throws(GGUFError) -> Bool {
        let byte = try cursor.integer(UInt8.self)
        if byte > 1 { throw cursor.error(.invalidBool(key: key, value: byte)) }
        return byte == 1
    }

    private mutating func array(key: String, depth: Int) throws(GGUFError) -> [GGUFValue] {
        if depth > Self.maximumNesting {
            throw cursor.error(.nestedTooDeep(key: key, limit: Self.maximumNesting))
        }
        let type = try cursor.integer(UInt32.self)
        let bytesEach =
            switch type {
            case 0, 1, 7: 1
            case 2, 3: 2
            case 4, 5, 6: 4
            case 8, 10, 11, 12: 8
            case 9: 4 + 8
            default: throw cursor.error(.unknownValueType(key: key, code: type))
            }
        let count = try cursor.count(
            of: "array elements in key \"\(key)\"", bytesEach: bytesEach, limit: itemsLeft)
        itemsLeft -= count
        var items: [GGUFValue] = []
        items.reserveCapacity(count)
        for _ in 0..<count { try items.append(value(ofType: type, key: key, depth: depth)) }
        return items
    }

    // MARK: Tensors

    private mutating func parseDescription() throws(GGUFError) -> Description {
        cursor.context = "the name of a tensor"
        let name = try cursor.string(maximumByteCount: Self.maximumNameByteCount)
        cursor.context = "the description of tensor \"\(name)\""
        let axisCount = try cursor.integer(UInt32.self)
        if axisCount > Self.maximumAxisCount {
            throw cursor.error(
                .tooManyAxes(tensor: name, count: axisCount, limit: Self.maximumAxisCount))
        }
        var shape: [Int] = []
        for _ in 0..<axisCount {
            let size = try cursor.integer(UInt64.self)
            guard size > 0, let size = Int(exactly: size) else {
                throw cursor.error(.invalidAxis(tensor: name, size: size))
            }
            shape.insert(size, at: 0)
        }
        let code = try cursor.integer(UInt32.self)
        guard let type = GGMLType(rawValue: code) else {
            throw cursor.error(.unknownTensorType(tensor: name, code: code))
        }
        return Description(
            name: name, type: type, shape: shape,
            byteCount: try byteCount(type: type, shape: shape, tensor: name),
            offset: try cursor.integer())
    }

    private func byteCount(
        type: GGMLType, shape: [Int], tensor: String
    ) throws(GGUFError) -> Int {
        let elementsPerRow = shape.last ?? 1
        if !elementsPerRow.isMultiple(of: type.elementsPerBlock) {
            throw cursor.error(
                .partialBlock(tensor: tensor, type: type, elementsPerRow: elementsPerRow))
        }
        // In bytes of the decoded tensor, so that decoding cannot overflow either.
        var decodedByteCount = MemoryLayout<Float>.size
        for size in shape {
            let (product, overflow) = decodedByteCount.multipliedReportingOverflow(by: size)
            if overflow { throw cursor.error(.impossibleSize(tensor: tensor, shape: shape)) }
            decodedByteCount = product
        }
        let elementCount = decodedByteCount / MemoryLayout<Float>.size
        return elementCount / type.elementsPerBlock * type.bytesPerBlock
    }

    /// Turns offsets into ranges of the file, once it is known where the data begins.
    private mutating func place(
        _ descriptions: [Description], fileByteCount: Int
    ) throws(GGUFError) {
        let alignment = try alignment()
        let dataStart = (cursor.offset + alignment - 1) & -alignment
        let dataByteCount = max(fileByteCount - dataStart, 0)
        var previous: (name: String, end: Int) = ("", 0)
        for tensor in descriptions.sorted(by: { $0.offset < $1.offset }) {
            if !tensor.offset.isMultiple(of: UInt64(alignment)) {
                throw cursor.error(
                    .misalignedOffset(
                        tensor: tensor.name, offset: tensor.offset, alignment: alignment))
            }
            guard tensor.offset <= dataByteCount,
                case let begin = Int(tensor.offset), tensor.byteCount <= dataByteCount - begin
            else {
                throw cursor.error(
                    .beyondEnd(
                        tensor: tensor.name, offset: tensor.offset, byteCount: tensor.byteCount,
                        dataByteCount: dataByteCount))
            }
            if begin < previous.end {
                throw cursor.error(.overlap(tensor: tensor.name, other: previous.name))
            }
            let end = begin + tensor.byteCount
            previous = (tensor.name, end)
            tensors[tensor.name] = GGUFTensor(
                name: tensor.name, type: tensor.type, shape: tensor.shape,
                byteRange: dataStart + begin..<dataStart + end)
        }
    }

    private func alignment() throws(GGUFError) -> Int {
        let key = "general.alignment"
        guard let value = metadata[key] else { return 32 }
        guard let alignment = Int(value) else {
            throw cursor.error(
                .wrongValueType(
                    key: key, expected: Int.ggufExpectation, found: value.typeDescription))
        }
        if !Self.alignmentRange.contains(alignment) || alignment.nonzeroBitCount != 1 {
            throw cursor.error(.invalidAlignment(alignment, range: Self.alignmentRange))
        }
        return alignment
    }
}
