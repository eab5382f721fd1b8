/// Writes small GGUF files, valid or not, as `docs/gguf.md` lays them out.
struct GGUFBuilder {
    struct Tensor {
        var name = "t"
        var axes: [UInt64] = [32]
        var type: UInt32 = 8
        var offset: UInt64 = 0
        var axisCount: UInt32?
    }

    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var tensorCount: UInt64?
    var keyCount: UInt64?
    var pairs: [(key: String, type: UInt32, value: [UInt8])] = []
    var tensors: [Tensor] = []
    var data = 64
    var alignment = 32

    var bytes: [UInt8] {
        var bytes = magic + littleEndian(version)
        bytes += littleEndian(tensorCount ?? UInt64(tensors.count))
        bytes += littleEndian(keyCount ?? UInt64(pairs.count))
        for (key, type, value) in pairs { bytes += Self.text(key) + littleEndian(type) + value }
        for tensor in tensors {
            bytes += Self.text(tensor.name)
            bytes += littleEndian(tensor.axisCount ?? UInt32(tensor.axes.count))
            bytes += tensor.axes.flatMap { littleEndian($0) }
            bytes += littleEndian(tensor.type) + littleEndian(tensor.offset)
        }
        bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment)
        return bytes + [UInt8](repeating: 0, count: data)
    }

    static func text(_ text: String) -> [UInt8] {
        littleEndian(UInt64(text.utf8.count)) + Array(text.utf8)
    }

    static func array(_ type: UInt32, count: UInt64, _ items: [UInt8]) -> [UInt8] {
        littleEndian(type) + littleEndian(count) + items
    }

    /// A valid file with a value of every type and arrays of texts, numbers and arrays.
    static let example: GGUFBuilder = {
        var builder = GGUFBuilder()
        builder.pairs = [
            ("general.architecture", 8, text("llama")),
            ("general.alignment", 4, littleEndian(UInt32(32))),
            ("u8", 0, [7]), ("i8", 1, [0xFF]), ("u16", 2, littleEndian(UInt16(7))),
            ("i16", 3, littleEndian(Int16(-7))), ("i32", 5, littleEndian(Int32(-7))),
            ("f32", 6, littleEndian(Float(0.5).bitPattern)), ("bool", 7, [1]),
            ("u64", 10, littleEndian(UInt64.max)), ("i64", 11, littleEndian(Int64.min)),
            ("f64", 12, littleEndian(Double(0.25).bitPattern)),
            ("tokens", 9, array(8, count: 3, ["a", "", "Ġthe"].flatMap(text))),
            ("scores", 9, array(6, count: 2, [UInt8](repeating: 0, count: 8))),
            ("nested", 9, array(9, count: 2, array(0, count: 1, [1]) + array(0, count: 0, []))),
        ]
        builder.tensors = [
            Tensor(name: "token_embd.weight", axes: [32, 3], type: 8, offset: 0),
            Tensor(name: "output_norm.weight", axes: [8], type: 0, offset: 128),
            Tensor(name: "blk.0.ffn_up.weight", axes: [64, 2, 1, 1], type: 3, offset: 160),
            Tensor(name: "scalar", axes: [], type: 1, offset: 256),
        ]
        builder.data = 288
        return builder
    }()
}
