extension SafetensorsFile {
    /// Writes a file that appears whole or not at all, one tensor at a time.
    ///
    /// The layout is that of the safetensors package: the largest element types first, then by
    /// name, with the header padded to a multiple of 8 bytes.
    /// - Parameters:
    ///   - tensors: The element type and shape of each tensor, by name.
    ///   - metadata: Free text; `format: pt`, which transformers insists on, is added.
    ///   - path: Where the file goes; an older one there is replaced.
    ///   - content: Called once for each tensor, in file order; it passes the tensor's bytes,
    ///     little-endian and row-major, to its second argument in as many pieces as it likes.
    /// - Throws: `SafetensorsError`, also when a tensor gets too few or too many bytes;
    ///   `FileError`; and what `content` throws.
    public static func write(
        _ tensors: [String: (dtype: SafetensorsDType, shape: [Int])],
        metadata: [String: String] = [:],
        to path: String,
        content: (SafetensorsTensor, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let (header, layout) = try plan(tensors, metadata: metadata, path: path)
        let file = try AtomicFile(path: path)
        try header.withUnsafeBytes { try file.write($0) }
        for tensor in layout {
            var written = 0
            try content(tensor) { bytes in
                written += bytes.count
                if written <= tensor.byteRange.count { try file.write(bytes) }
            }
            if written != tensor.byteRange.count {
                throw SafetensorsError(
                    path: path,
                    defect: .wrongSize(
                        tensor: tensor.name, expected: tensor.byteRange.count, found: written))
            }
        }
        try file.commit()
    }

    /// Lays out the tensors and makes the bytes that come before the first of them.
    private static func plan(
        _ tensors: [String: (dtype: SafetensorsDType, shape: [Int])],
        metadata: [String: String], path: String
    ) throws(SafetensorsError) -> (header: [UInt8], layout: [SafetensorsTensor]) {
        let rank = Dictionary(
            uniqueKeysWithValues: zip(SafetensorsDType.allCases, 0...))
        let order = tensors.sorted { left, right in
            if left.value.dtype != right.value.dtype {
                return rank[left.value.dtype, default: 0] > rank[right.value.dtype, default: 0]
            }
            return left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
        }
        var members = [
            "\"__metadata__\":" + json(metadata.merging(["format": "pt"]) { own, _ in own })
        ]
        var offset = 0
        var ranges: [Range<Int>] = []
        for (name, (dtype, shape)) in order {
            if name == "__metadata__" {
                throw SafetensorsError(path: path, defect: .reservedName(name))
            }
            guard shape.allSatisfy({ $0 >= 0 }), let byteCount = dtype.byteCount(shape: shape),
                // A tensor counted in bits has less than 2^60 bytes, so this sum cannot wrap.
                case let end = offset + byteCount, end < 1 << 61
            else {
                throw SafetensorsError(
                    path: path, defect: .impossibleSize(tensor: name, dtype: dtype, shape: shape))
            }
            members.append(
                "\(json(name)):{\"dtype\":\"\(dtype.rawValue)\","
                    + "\"shape\":[\(shape.map(String.init).joined(separator: ","))],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            ranges.append(offset..<end)
            offset = end
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        text += repeatElement(UInt8(ascii: " "), count: -text.count & 7)
        let dataStart = 8 + text.count
        let layout = zip(order, ranges).map { tensor, range in
            SafetensorsTensor(
                name: tensor.key, dtype: tensor.value.dtype, shape: tensor.value.shape,
                byteRange: dataStart + range.lowerBound..<dataStart + range.upperBound)
        }
        return (withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text, layout)
    }

    private static func json(_ texts: [String: String]) -> String {
        let members = texts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { "\(json($0.key)):\(json($0.value))" }
        return "{\(members.joined(separator: ","))}"
    }

    private static func json(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{8}": quoted += "\\b"
            case "\u{C}": quoted += "\\f"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\0"..."\u{1F}":
                quoted += scalar.value < 16 ? "\\u000" : "\\u00"
                quoted += String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
