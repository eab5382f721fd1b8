extension GGUFFile {
    /// Writes a file of version 3 that appears whole or not at all, one tensor at a time.
    ///
    /// Keys and tensors stand in the order given; tensors begin at multiples of 32 bytes, or of
    /// `general.alignment` where the metadata has that key.
    /// - Parameters:
    ///   - tensors: Name, element type and shape of each tensor, the last axis contiguous.
    ///   - metadata: Keys and values. An empty array is written as one of texts, and an array must
    ///     hold values of one type.
    ///   - path: Where the file goes; an older one there is replaced.
    ///   - content: Called once for each tensor, in order; it passes the tensor's bytes,
    ///     little-endian, to its second argument in as many pieces as it likes.
    /// - Throws: `GGUFError` for what this package would not read back, and for a tensor that gets
    ///   too few or too many bytes; `FileError`; and what `content` throws.
    /// - Source: ggml, `docs/gguf.md`.
    public static func write(
        _ tensors: [(name: String, type: GGMLType, shape: [Int])],
        metadata: [(key: String, value: GGUFValue)], to path: String,
        content: (GGUFTensor, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let (header, layout) = try GGUFWriter(path: path).plan(tensors, metadata)
        let file = try AtomicFile(path: path)
        try header.withUnsafeBytes { try file.write($0) }
        var position = header.count
        for tensor in layout {
            let padding = [UInt8](repeating: 0, count: tensor.byteRange.lowerBound - position)
            try padding.withUnsafeBytes { try file.write($0) }
            var written = 0
            try content(tensor) { bytes in
                written += bytes.count
                if written <= tensor.byteRange.count { try file.write(bytes) }
            }
            if written != tensor.byteRange.count {
                throw GGUFError(
                    path: path,
                    defect: .wrongSize(
                        tensor: tensor.name, expected: tensor.byteRange.count, found: written))
            }
            position = tensor.byteRange.upperBound
        }
        try file.commit()
    }
}

/// Lays out a GGUF file and makes the bytes that come before the first tensor.
private struct GGUFWriter {
    /// ggml holds names in 64 bytes, the last of which is 0.
    static let maximumNameByteCount = 63

    let path: String

    func plan(
        _ tensors: [(name: String, type: GGMLType, shape: [Int])],
        _ metadata: [(key: String, value: GGUFValue)]
    ) throws(GGUFError) -> (header: [UInt8], layout: [GGUFTensor]) {
        var header = Array("GGUF".utf8) + bytes(UInt32(3))
        header += bytes(UInt64(tensors.count)) + bytes(UInt64(metadata.count))
        var keys: Set<String> = []
        var alignment = 32
        for (key, value) in metadata {
            if !keys.insert(key).inserted { throw error(.duplicateKey(key)) }
            if key == "general.alignment" { alignment = try self.alignment(value) }
            header += text(key) + bytes(value.typeCode)
            try append(value, key: key, to: &header)
        }

        var offset = 0
        var layout: [GGUFTensor] = []
        var names: Set<String> = []
        for (name, type, shape) in tensors {
            if !names.insert(name).inserted { throw error(.duplicateTensor(name)) }
            let byteCount = try byteCount(name, type, shape)
            header += text(name) + bytes(UInt32(shape.count))
            header += shape.reversed().flatMap { bytes(UInt64($0)) }
            header += bytes(type.rawValue) + bytes(UInt64(offset))
            layout.append(
                GGUFTensor(
                    name: name, type: type, shape: shape, byteRange: offset..<offset + byteCount))
            offset = (offset + byteCount + alignment - 1) & -alignment
        }
        header += [UInt8](repeating: 0, count: -header.count & (alignment - 1))
        return (
            header,
            layout.map {
                let start = header.count + $0.byteRange.lowerBound
                return GGUFTensor(
                    name: $0.name, type: $0.type, shape: $0.shape,
                    byteRange: start..<start + $0.byteRange.count)
            }
        )
    }

    private func alignment(_ value: GGUFValue) throws(GGUFError) -> Int {
        guard let alignment = Int(value), GGUFParser.alignmentRange.contains(alignment),
            alignment.nonzeroBitCount == 1
        else {
            throw error(
                .invalidAlignment(Int(value) ?? 0, range: GGUFParser.alignmentRange))
        }
        return alignment
    }

    private func byteCount(_ name: String, _ type: GGMLType, _ shape: [Int]) throws(GGUFError)
        -> Int
    {
        let length = name.utf8.count
        if length > Self.maximumNameByteCount {
            throw error(
                .textTooLong(
                    reading: "the name of tensor \"\(name)\"", byteCount: UInt64(length),
                    limit: Self.maximumNameByteCount))
        }
        if shape.count > GGUFParser.maximumAxisCount {
            throw error(
                .tooManyAxes(
                    tensor: name, count: UInt32(clamping: shape.count),
                    limit: GGUFParser.maximumAxisCount))
        }
        var elements = 1
        for size in shape {
            if size < 1 { throw error(.invalidAxis(tensor: name, size: UInt64(clamping: size))) }
            let (product, overflow) = elements.multipliedReportingOverflow(by: size)
            // Far beyond any disk, and no sum of such sizes wraps.
            if overflow || product > 1 << 48 {
                throw error(.impossibleSize(tensor: name, shape: shape))
            }
            elements = product
        }
        let width = shape.last ?? 1
        if !width.isMultiple(of: type.elementsPerBlock) {
            throw error(.partialBlock(tensor: name, type: type, elementsPerRow: width))
        }
        return elements / type.elementsPerBlock * type.bytesPerBlock
    }

    private func append(_ value: GGUFValue, key: String, to output: inout [UInt8])
        throws(GGUFError)
    {
        switch value {
        case .uint8(let number): output += bytes(number)
        case .int8(let number): output += bytes(number)
        case .uint16(let number): output += bytes(number)
        case .int16(let number): output += bytes(number)
        case .uint32(let number): output += bytes(number)
        case .int32(let number): output += bytes(number)
        case .float32(let number): output += bytes(number.bitPattern)
        case .bool(let flag): output.append(flag ? 1 : 0)
        case .string(let text): output += self.text(text)
        case .uint64(let number): output += bytes(number)
        case .int64(let number): output += bytes(number)
        case .float64(let number): output += bytes(number.bitPattern)
        case .array(let items):
            let type = items.first?.typeCode ?? GGUFValue.string("").typeCode
            if items.contains(where: { $0.typeCode != type }) { throw error(.mixedArray(key: key)) }
            output += bytes(type) + bytes(UInt64(items.count))
            for item in items { try append(item, key: key, to: &output) }
        }
    }

    private func text(_ text: String) -> [UInt8] {
        bytes(UInt64(text.utf8.count)) + Array(text.utf8)
    }

    private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private func error(_ defect: GGUFError.Defect) -> GGUFError {
        GGUFError(path: path, defect: defect)
    }
}

extension GGUFValue {
    /// The type's number in a file.
    fileprivate var typeCode: UInt32 {
        switch self {
        case .uint8: 0
        case .int8: 1
        case .uint16: 2
        case .int16: 3
        case .uint32: 4
        case .int32: 5
        case .float32: 6
        case .bool: 7
        case .string: 8
        case .array: 9
        case .uint64: 10
        case .int64: 11
        case .float64: 12
        }
    }
}
