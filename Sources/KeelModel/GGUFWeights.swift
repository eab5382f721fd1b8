internal import Foundation
internal import KeelFormats
internal import KeelTensor
internal import Synchronization

/// Weights of a GGUF file of a Llama, under their names in the original checkpoint.
struct GGUFWeights: WeightSource {
    let path: String
    private let file: GGUFFile
    private let heads: Int
    private let keyValueHeads: Int

    init(_ file: GGUFFile, heads: Int, keyValueHeads: Int) {
        path = file.path
        self.file = file
        self.heads = heads
        self.keyValueHeads = keyValueHeads
    }

    var names: Set<String> { Set(file.tensors.keys.map { Self.checkpointName($0) ?? $0 }) }

    func weight(_ name: String, shape: [Int]) throws -> Tensor {
        guard let stored = Self.ggufName(name).flatMap({ file.tensors[$0] }) else {
            throw ModelError.missingWeight(name: name, path: path)
        }
        try check(name, found: stored.shape, expected: shape)
        let tensor = try dequantized(stored)
        if name.hasSuffix("q_proj.weight") { return try tensor.withHalvesApart(heads: heads) }
        if name.hasSuffix("k_proj.weight") {
            return try tensor.withHalvesApart(heads: keyValueHeads)
        }
        return tensor
    }

    /// Decodes on all cores, rows being independent.
    private func dequantized(_ stored: GGUFTensor) throws -> Tensor {
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

    private static let blockNames = [
        "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
        "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj",
        "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    ]
    private static let topNames = [
        "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight",
    ]

    static func checkpointName(_ name: String) -> String? {
        if let top = topNames[name] { return top }
        let parts = name.split(separator: ".")
        guard parts.count == 4, parts[0] == "blk", parts[3] == "weight",
            let block = blockNames[String(parts[2])]
        else { return nil }
        return "model.layers.\(parts[1]).\(block).weight"
    }

    static func ggufName(_ name: String) -> String? {
        if let top = topNames.first(where: { $0.value == name }) { return top.key }
        let parts = name.split(separator: ".")
        guard parts.count >= 5, parts[0] == "model", parts[1] == "layers" else { return nil }
        let path = parts[3..<parts.count - 1].joined(separator: ".")
        return blockNames.first { $0.value == path }.map { "blk.\(parts[2]).\($0.key).weight" }
    }
}

extension Tensor {
    /// Rows of queries or keys as checkpoints have them, from rows as llama.cpp stores them: there
    /// the two rows that a rotation turns stand side by side, here they are half a head apart.
    func withHalvesApart(heads: Int) throws -> Tensor {
        try reshaped(heads, size(0) / heads / 2, 2, size(1)).transposed(1, 2).reshaped(shape)
    }

    /// The way back from `withHalvesApart`.
    func withPairsTogether(heads: Int) throws -> Tensor {
        try reshaped(heads, 2, size(0) / heads / 2, size(1)).transposed(1, 2).reshaped(shape)
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
