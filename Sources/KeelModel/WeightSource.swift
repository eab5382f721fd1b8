internal import Foundation
internal import KeelFormats
internal import KeelTensor

/// Where weights are found by their checkpoint name: on the CPU, as stored where tensors have such
/// numbers, else as float32.
protocol WeightSource {
    /// - Throws: `ModelError` when there is no such weight or it has another shape.
    func weight(_ name: String, shape: [Int]) throws -> Tensor
    /// Every name in the source, for a check that none was left over.
    var names: Set<String> { get }
    var path: String { get }
}

extension WeightSource {
    func check(_ name: String, found: [Int], expected: [Int]) throws(ModelError) {
        guard found == expected else {
            throw .weightShape(name: name, found: found, expected: expected)
        }
    }
}

/// Remembers which weights were asked for, so that what is left over can be refused.
final class CountedWeights: WeightSource {
    private let source: any WeightSource
    private let move: (Tensor) throws -> Tensor
    private var asked: Set<String> = []

    /// - Parameters:
    ///   - source: Where the weights come from.
    ///   - move: Takes each weight to its device and type.
    init(_ source: any WeightSource, move: @escaping (Tensor) throws -> Tensor) {
        self.source = source
        self.move = move
    }

    var names: Set<String> { source.names }
    var path: String { source.path }

    func weight(_ name: String, shape: [Int]) throws -> Tensor {
        asked.insert(name)
        return try move(source.weight(name, shape: shape))
    }

    /// - Throws: `ModelError.unexpectedWeight` for a weight that nobody asked for.
    func checkNoneIsLeft(except harmless: (String) -> Bool) throws(ModelError) {
        let left = names.subtracting(asked).filter { !harmless($0) }
        if let name = left.min() { throw .unexpectedWeight(name: name, path: path) }
    }
}

/// Weights of a folder in Hugging Face layout: one safetensors file, or several with an index.
struct SafetensorsWeights: WeightSource {
    let path: String
    /// Where each tensor is, and its name there.
    private let places: [String: (file: SafetensorsFile, name: String)]

    init(folder: String) throws {
        path = folder
        let index = folder + "/model.safetensors.index.json"
        let names: [String]
        if FileManager.default.fileExists(atPath: index) {
            struct Index: Decodable { var weight_map: [String: String] }
            do {
                let map = try JSONDecoder().decode(
                    Index.self, from: Data(contentsOf: URL(filePath: index)))
                names = Set(map.weight_map.values).sorted()
            } catch {
                throw ModelError.unreadable(
                    path: index, reason: "it is no index of weights (\(error))")
            }
            // A name is a file of this folder, never a way out of it.
            if let name = names.first(where: { $0.contains("/") || $0.hasPrefix(".") }) {
                throw ModelError.unreadable(
                    path: index, reason: "\"\(name)\" is not a file of the folder")
            }
        } else {
            names = ["model.safetensors"]
        }
        var places: [String: (file: SafetensorsFile, name: String)] = [:]
        for name in names {
            let file = try SafetensorsFile(path: folder + "/" + name)
            for name in file.tensors.keys {
                if let own = Self.textName(name) { places[own] = (file, name) }
            }
        }
        self.places = places
    }

    /// The name that a tensor has in a model of text alone; nil for what sees and not reads.
    private static func textName(_ name: String) -> String? {
        for part in ["vision_tower.", "multi_modal_projector."]
        where name.hasPrefix(part) || name.hasPrefix("model." + part) { return nil }
        if name.hasPrefix("model.language_model.") {
            return "model." + name.dropFirst("model.language_model.".count)
        }
        return String(name.trimmingPrefix("language_model."))
    }

    var names: Set<String> { Set(places.keys) }

    func weight(_ name: String, shape: [Int]) throws -> Tensor {
        guard let place = places[name] else {
            throw ModelError.missingWeight(name: name, path: path)
        }
        let stored = try place.file.tensor(place.name)
        try check(name, found: stored.shape, expected: shape)
        let (bytes, owner) = try place.file.memory(of: place.name)
        return try Tensor(
            mapped: bytes, shape: shape, type: place.file.elementType(of: place.name), owner: owner)
    }
}

extension SafetensorsFile {
    /// What a weight's numbers are.
    /// - Throws: `ModelError.unreadable` for those that no weight has.
    fileprivate func elementType(of name: String) throws -> ElementType {
        let types: [SafetensorsDType: ElementType] = [
            .f32: .float32, .f16: .float16, .bf16: .bfloat16, .f64: .float64,
        ]
        let stored = try tensor(name)
        guard let type = types[stored.dtype] else {
            throw ModelError.unreadable(
                path: path,
                reason: "the weight \"\(name)\" is \(stored.dtype.rawValue), "
                    + "not one of F32, F16, BF16, F64")
        }
        return type
    }
}

extension Tensor {
    /// A copy of a tensor of a safetensors file, as float32.
    init(file: SafetensorsFile, name: String) throws {
        let stored = try file.tensor(name)
        let type = try file.elementType(of: name)
        self = try file.withBytes(of: name) { bytes in
            try Tensor(copying: bytes, shape: stored.shape, type: type)
        }.to(.float32)
    }

    /// A tensor over the bytes of a file, in place unless they are not aligned.
    init(
        mapped bytes: UnsafeRawBufferPointer, shape: [Int], type: ElementType, owner: MappedFile
    ) throws {
        let isAligned = bytes.baseAddress.map { UInt(bitPattern: $0) % UInt(type.size) == 0 }
        self =
            try isAligned == true
            ? Tensor(memory: bytes, shape: shape, type: type, owner: owner)
            : withExtendedLifetime(owner) { try Tensor(copying: bytes, shape: shape, type: type) }
    }
}
