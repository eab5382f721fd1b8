internal import Foundation
internal import KeelFormats
internal import KeelTensor
internal import Synchronization

/// Weights of a model in GGUF, in one file or several, under their names in the original checkpoint.
struct GGUFWeights: WeightSource {
    let path: String
    private let files: [GGUFFile]
    private let fileOf: [String: Int]
    private let configuration: TransformerConfiguration
    private let naming: GGUFNames

    init(_ files: [GGUFFile], _ configuration: TransformerConfiguration) throws(ModelError) {
        path = files[0].path
        self.files = files
        self.configuration = configuration
        naming = GGUFNames(configuration.family)
        var fileOf: [String: Int] = [:]
        for (index, file) in files.enumerated() {
            for name in file.tensors.keys {
                guard fileOf.updateValue(index, forKey: name) == nil else {
                    throw .unreadable(
                        path: file.path, reason: "another part holds the tensor \"\(name)\", too")
                }
            }
        }
        self.fileOf = fileOf
    }

    var names: Set<String> { Set(fileOf.keys.map { naming.checkpointName($0) ?? $0 }) }

    func weight(_ name: String, shape: [Int]) throws -> Tensor {
        guard let own = naming.ggufName(name), let file = fileOf[own].map({ files[$0] }),
            let stored = file.tensors[own]
        else { throw ModelError.missingWeight(name: name, path: path) }
        try check(name, found: stored.shape, expected: shape)
        let tensor = try numbers(of: stored, in: file)
        if let heads = configuration.pairedHeads(name) {
            return try tensor.withHalvesApart(heads: heads)
        }
        // llama.cpp multiplies by what it has, so files hold the sum.
        return stored.name.hasSuffix("norm.weight") && configuration.normOffset != 0
            ? try tensor.to(.float32) - configuration.normOffset : tensor
    }

    /// In place, where the file holds them as tensors do.
    private func numbers(of stored: GGUFTensor, in file: GGUFFile) throws -> Tensor {
        let types: [GGMLType: ElementType] = [.f32: .float32, .f16: .float16, .bf16: .bfloat16]
        guard let type = types[stored.type] else { return try dequantized(stored, in: file) }
        let (bytes, owner) = try file.memory(of: stored.name)
        return try Tensor(mapped: bytes, shape: stored.shape, type: type, owner: owner)
    }

    /// Decodes on all cores, rows being independent.
    private func dequantized(_ stored: GGUFTensor, in file: GGUFFile) throws -> Tensor {
        let memory = FloatMemory(count: stored.elementCount)
        let width = stored.elementsPerRow
        let parts = min(stored.rowCount, 4 * ProcessInfo.processInfo.activeProcessorCount)
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let rows = stored.rowCount * part / parts..<stored.rowCount * (part + 1) / parts
            do {
                try file.dequantize(
                    stored.name, rows: rows,
                    into: memory.slice(rows.lowerBound * width..<rows.upperBound * width))
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return try Tensor(memory: memory.bytes, shape: stored.shape, type: .float32, owner: memory)
    }
}

extension Tensor {
    /// Rows of queries or keys as checkpoints have them, from rows as llama.cpp stores them: there
    /// the two rows that a rotation turns stand side by side, here they are half a head apart.
    func withHalvesApart(heads: Int) throws -> Tensor {
        try reshaped(heads, size(0) / heads / 2, 2, -1).transposed(1, 2).reshaped(shape)
    }

    /// The way back from `withHalvesApart`.
    func withPairsTogether(heads: Int) throws -> Tensor {
        try reshaped(heads, 2, size(0) / heads / 2, -1).transposed(1, 2).reshaped(shape)
    }
}

/// Memory that several threads fill, each its own part, before a tensor takes it over.
private final class FloatMemory: @unchecked Sendable {
    private let buffer: UnsafeMutableBufferPointer<Float>

    init(count: Int) { buffer = .allocate(capacity: count) }
    deinit { buffer.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(buffer) }

    func slice(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: buffer[range])
    }
}
