internal import Foundation
internal import KeelFormats

extension LanguageModel {
    /// How a model's weights are stored, such as `Q4_K_M` or `BF16`.
    ///
    /// What a GGUF file says of itself, else the type that most of its numbers have.
    /// - Returns: Nil where the files can't be read; loading them says why.
    public static func quantisation(of base: String) -> String? {
        guard let path = try? ModelCatalogue.path(of: base) else { return nil }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return isFolder.boolValue ? storedType(folder: path) : storedType(gguf: path)
    }

    /// Names of `general.file_type`, of the kinds that Keel reads.
    /// - Source: llama.cpp, `llama.h`, `llama_ftype`.
    private static let fileTypes = [
        0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 14: "Q4_K_S",
        15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 32: "BF16",
    ]

    private static func storedType(gguf path: String) -> String? {
        guard let files = try? GGUFFile.parts(of: path), let first = files.first else { return nil }
        let code = try? first.optionalValue("general.file_type", as: Int.self)
        if let name = code.flatMap({ fileTypes[$0] }) { return name }
        var counts: [String: Int] = [:]
        for tensor in files.flatMap(\.tensors.values) {
            counts[tensor.type.description, default: 0] += tensor.elementCount
        }
        return commonest(counts)
    }

    private static func storedType(folder: String) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var counts: [String: Int] = [:]
        for name in names where name.hasSuffix(".safetensors") {
            guard let file = try? SafetensorsFile(path: folder + "/" + name) else { return nil }
            for tensor in file.tensors.values {
                let bits = tensor.dtype.bitsPerElement
                counts[tensor.dtype.rawValue, default: 0] += tensor.byteRange.count * 8 / bits
            }
        }
        return commonest(counts)
    }

    private static func commonest(_ counts: [String: Int]) -> String? {
        counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}
