/// A control vector as GGUF: a direction for some blocks of a model, as llama.cpp and repeng write it.
///
/// `direction.N` is added to what leaves block `N`, counted from 0; llama.cpp has none for block 0.
/// (llama.cpp's own generator reads block `N` and writes `direction.(N + 1)`, so its vectors act one
/// block behind the one they were read at.)
/// - Source: llama.cpp, `src/llama-adapter.cpp` and `common_control_vector_load`; repeng, `extract.py`.
public struct ControlVectorFile: Hashable, Sendable {
    /// The architecture of the model that it is for, such as `llama`.
    public var model: String
    /// By block.
    public var directions: [Int: [Float]]
    /// Facts about it, by a key without `keel.`: what it stands for, how it was found.
    public var facts: [String: String]

    public init(model: String, directions: [Int: [Float]], facts: [String: String] = [:]) {
        self.model = model
        self.directions = directions
        self.facts = facts
    }

    /// Reads a control vector.
    /// - Throws: `GGUFError`; `ControlVectorError` for a file that is none.
    public init(path: String) throws {
        let file = try GGUFFile(path: path)
        let kind: String? = try file.optionalValue("general.architecture")
        guard kind == "controlvector" else {
            throw ControlVectorError(
                path: path, reason: "it is no control vector, but \(kind ?? "something else")")
        }
        model = try file.optionalValue("controlvector.model_hint") ?? ""
        directions = [:]
        for (name, tensor) in file.tensors {
            guard name.hasPrefix("direction."), let block = Int(name.dropFirst(10)), block >= 1,
                tensor.type == .f32, tensor.shape.count == 1
            else {
                throw ControlVectorError(
                    path: path,
                    reason:
                        "\"\(name)\" is no direction; they are called direction.1 and so on, and "
                        + "are rows of float32")
            }
            directions[block] = try file.withBytes(of: name) { bytes in
                (0..<tensor.elementCount).map {
                    bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
                }
            }
        }
        guard let width = directions.values.first?.count,
            directions.values.allSatisfy({ $0.count == width && $0.allSatisfy(\.isFinite) })
        else {
            throw ControlVectorError(
                path: path, reason: "its directions differ in length, or are no numbers")
        }
        facts = [:]
        for (key, value) in file.metadata where key.hasPrefix("keel.") {
            if case .string(let text) = value { facts[String(key.dropFirst(5))] = text }
        }
    }

    /// Writes a file that appears whole or not at all.
    /// - Throws: `ControlVectorError` when there is no direction, or one for block 0, which the format
    ///   cannot hold; `FileError`.
    public func write(to path: String) throws {
        guard let last = directions.keys.max(), let first = directions.keys.min(), first >= 1 else {
            throw ControlVectorError(
                path: path,
                reason: directions.isEmpty
                    ? "there is no direction to write"
                    : "a control vector has no direction for block 0: llama.cpp begins at block 1")
        }
        var metadata: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string("controlvector")),
            ("controlvector.model_hint", .string(model)),
            ("controlvector.layer_count", .int32(Int32(clamping: last))),
        ]
        for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
            metadata.append(("keel.\(key)", .string(value)))
        }
        let blocks = directions.keys.sorted()
        try GGUFFile.write(
            blocks.map { ("direction.\($0)", .f32, [directions[$0]?.count ?? 0]) },
            metadata: metadata, to: path
        ) { tensor, write in
            let block = Int(tensor.name.dropFirst(10)) ?? 0
            try (directions[block] ?? []).withUnsafeBytes(write)
        }
    }
}

/// Why a control vector cannot be read or written.
public struct ControlVectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was asked for.
    public var path: String
    /// What is wrong, in a clause.
    public var reason: String

    public var description: String { "\(path): \(reason)." }
}
