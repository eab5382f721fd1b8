internal import Foundation
package import KeelTensor

/// What the weights of a model take up in memory, known before any of them is read.
///
/// Counted are embeddings, linear layers and the output layer as they are held, and the largest of them
/// once more as float32, which it is read as. Norms and what a conversation takes come on top.
package struct MemoryNeed {
    private let configuration: TransformerConfiguration
    private let type: ElementType
    private let packing: WeightPrecision?

    /// - Parameters:
    ///   - configuration: Of the model.
    ///   - type: What is computed in.
    ///   - packing: How linear layers are packed; nil for weights that can be trained.
    package init(
        _ configuration: TransformerConfiguration, type: ElementType, packing: WeightPrecision?
    ) {
        self.configuration = configuration
        self.type = type
        self.packing = packing
    }

    package var byteCount: Double { total(packing) }

    private func total(_ packing: WeightPrecision?) -> Double {
        let table = [configuration.vocabularySize, configuration.hiddenSize]
        let names = [
            "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
            "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
        ]
        let shapes = names.compactMap { configuration.linearShape("model.layers.0.\($0)") }
        func size(_ shape: [Int], _ precision: WeightPrecision) -> Double {
            precision.byteCount(shape: shape, type: type)
        }
        let blocks =
            Double(configuration.numHiddenLayers)
            * shapes.reduce(0) { $0 + size($1, packing ?? .full) }
        // The output layer stays in 8 bits, and shares them with the embeddings where it is tied. Laid
        // out for speed, it is a second copy in any case.
        let isQuantised = packing == .int8 || packing == .int4
        let ends = size(table, isQuantised ? .int8 : .full)
        let copies = configuration.tieWordEmbeddings && packing != .full ? 1.0 : 2.0
        let largest = (shapes + [table]).map { size($0, .full) }.max() ?? 0
        return blocks + copies * ends + largest * 4 / Double(type.size)
    }

    /// - Parameters:
    ///   - path: Of the model, for the message.
    ///   - available: Bytes that are free; nil where the system does not tell.
    /// - Throws: `ModelError.tooLarge`.
    package func check(path: String, available: Double?) throws(ModelError) {
        guard let available, byteCount > available else { return }
        let fewer: [WeightPrecision] =
            switch packing {
            case .full where type == .float32: [.int8, .int4]
            case .int8: [.int4]
            case .full, .int4, nil: []
            }
        throw .tooLarge(
            path: path, needed: byteCount, available: available,
            fewer: fewer.first { total($0) <= available })
    }
}

/// Memory that a program can still take.
package enum AvailableMemory {
    /// In bytes; nil where the system does not tell.
    package static var byteCount: Double? {
        #if os(Linux)
            return [free(in: text("/proc/meminfo")), group()].compactMap(\.self).min()
        #else
            return Double(ProcessInfo.processInfo.physicalMemory)
        #endif
    }

    /// What `/proc/meminfo` says: free, or held by what can be read again.
    package static func free(in information: String) -> Double? {
        for line in information.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap { Double($0) }
            return kilobytes.map { $0 * 1024 }
        }
        return nil
    }

    /// What a container's limit leaves, the pages of files not counted, which can be read again.
    private static func group() -> Double? {
        func number(_ name: String) -> Double? {
            Double(text("/sys/fs/cgroup/" + name).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard let limit = number("memory.max"), let taken = number("memory.current") else {
            return nil
        }
        let pages = text("/sys/fs/cgroup/memory.stat").split(separator: "\n").compactMap {
            line -> Double? in
            let parts = line.split(separator: " ")
            return parts.count == 2 && parts[0].hasSuffix("active_file") ? Double(parts[1]) : nil
        }
        return max(0, limit - taken + pages.reduce(0, +))
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
