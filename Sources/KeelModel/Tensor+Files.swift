internal import KeelFormats
package import KeelTensor

/// Tensors out of and into safetensors files.
package enum Safetensors {
    private static let types: [ElementType: SafetensorsDType] = [
        .float32: .f32, .float64: .f64, .float16: .f16, .bfloat16: .bf16, .int64: .i64,
        .int32: .i32, .int8: .i8, .uint8: .u8, .bool: .bool,
    ]

    /// Writes tensors, each as the type it has.
    package static func write(
        _ tensors: [(name: String, value: Tensor)], metadata: [String: String] = [:],
        to path: String
    ) throws {
        var layout: [String: (dtype: SafetensorsDType, shape: [Int])] = [:]
        var values: [String: Tensor] = [:]
        for (name, value) in tensors {
            guard let type = types[try value.elementType()] else { continue }
            layout[name] = (type, value.shape)
            values[name] = value
        }
        try SafetensorsFile.write(layout, metadata: metadata, to: path) { stored, write in
            guard let value = values[stored.name] else { return }
            try Engine.withoutGradients {
                let bytes = try value.detached().to(device: .cpu).contiguous().bytes()
                try bytes.withUnsafeBytes(write)
            }
        }
    }

    /// Reads all tensors of a file, each as the type it has.
    package static func read(_ path: String) throws -> [String: Tensor] {
        let file = try SafetensorsFile(path: path)
        var result: [String: Tensor] = [:]
        for (name, stored) in file.tensors {
            guard let type = types.first(where: { $0.value == stored.dtype })?.key else {
                throw ModelError.unreadable(
                    path: path,
                    reason: "the tensor \"\(name)\" is \(stored.dtype.rawValue), which no tensor is"
                )
            }
            result[name] = try file.withBytes(of: name) {
                try Tensor(copying: $0, shape: stored.shape, type: type)
            }
        }
        return result
    }
}
