import Foundation
import KeelFormats
import KeelStatistics
import TestSupport
import Testing

/// Damaged files are refused with an error or, where the damage is harmless, are safe to decode:
/// no crash, no hang, no memory.
@Suite(.timeLimit(.minutes(1)))
struct GGUFFuzzTests {
    private static let extremes: [UInt64] = [
        0, 1, 2, 0x7FFF_FFFF, 1 << 31, 1 << 32, 1 << 62, .max >> 1, 1 << 63, .max,
    ]
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `every steering field at every extreme`() throws {
        let valid = GGUFBuilder.example.bytes
        let mutants = GGUFStructure(valid).steering.flatMap { field in
            Self.extremes.map { Self.set(field, to: $0, in: valid) }
        }
        #expect(mutants.count >= 300)
        try expectBoundedMemory {
            for mutant in mutants { try open(mutant) }
        }
    }

    @Test func `truncation at every byte`() throws {
        let valid = GGUFBuilder.example.bytes
        try expectBoundedMemory {
            for count in 1..<valid.count {
                let isAccepted = try open(Array(valid[..<count]))
                #expect(!isAccepted || count >= valid.count - 30, "cut to \(count) bytes")
            }
        }
    }

    @Test func `mutations at random`() throws {
        let valid = GGUFBuilder.example.bytes
        let structure = GGUFStructure(valid)
        var random = SeededGenerator(seed: 1)
        try expectBoundedMemory {
            for _ in 0..<1000 {
                try open(Self.mutate(valid, structure, &random))
            }
        }
    }

    /// The default model, if it is installed: its header, over a hole in place of the weights.
    @Test(.enabled(if: model != nil, "set KEEL_MODEL to a GGUF file"))
    func `mutations of a real model`() throws {
        let path = try #require(Self.model)
        let file = try MappedFile(path: path)
        let header = try file.withBytes(in: 0..<min(file.byteCount, 4 << 20)) { Array($0) }
        let structure = GGUFStructure(header)
        let valid = Array(header[..<structure.offset])
        #expect(try open(valid, byteCount: file.byteCount))
        var random = SeededGenerator(seed: 2)
        try expectBoundedMemory {
            for _ in 0..<40 {
                let mutant = Self.mutate(valid, structure, &random)
                try open(mutant, byteCount: file.byteCount)
            }
        }
    }

    // MARK: Helpers

    private static let model: String? = {
        let standard = "\(Installed.cache)/models/smollm2-135m-instruct.Q4_1.gguf"
        let path = ProcessInfo.processInfo.environment["KEEL_MODEL"] ?? standard
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// Opens a file, and decodes a row of every tensor if it is accepted.
    @discardableResult
    private func open(_ bytes: [UInt8], byteCount: Int? = nil) throws -> Bool {
        let path = try scratch.write(bytes, to: "mutant.gguf", byteCount: byteCount)
        do throws(GGUFError) {
            let file = try GGUFFile(path: path)
            for tensor in file.tensors.values { decodeLastRow(of: tensor, in: file) }
            return true
        } catch {
            #expect(error.description.hasPrefix(path))
            return false
        }
    }

    private func decodeLastRow(of tensor: GGUFTensor, in file: GGUFFile) {
        #expect(throws: Never.self) {
            var row = [Float](repeating: 0, count: tensor.elementsPerRow)
            try row.withUnsafeMutableBufferPointer {
                let last = tensor.rowCount - 1
                try file.dequantize(tensor.name, rows: last..<last + 1, into: $0)
            }
        }
    }

    private static func set(_ field: Range<Int>, to value: UInt64, in bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes.replaceSubrange(field, with: littleEndian(value).prefix(field.count))
        return bytes
    }

    private static func mutate(
        _ valid: [UInt8], _ structure: GGUFStructure, _ random: inout SeededGenerator
    ) -> [UInt8] {
        func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &random)] }
        var bytes = valid
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            return set(pick(structure.steering), to: pick(extremes), in: bytes)
        case 1:
            return set(pick(structure.steering), to: .random(in: 0...64, using: &random), in: bytes)
        case 2:
            bytes.removeSubrange(pick(structure.steering).lowerBound...)
        case 3:
            let field = pick(structure.pairs)
            bytes.insert(contentsOf: valid[field], at: field.upperBound)
            return set(GGUFStructure.keyCount, to: UInt64(structure.pairs.count + 1), in: bytes)
        case 4:
            let field = pick(structure.descriptions)
            bytes.insert(contentsOf: valid[field], at: field.upperBound)
            let count = UInt64(structure.descriptions.count + 1)
            return set(GGUFStructure.tensorCount, to: count, in: bytes)
        case 5:
            bytes.removeSubrange(pick(structure.pairs + structure.descriptions))
        case 6:
            // The value of a key becomes arrays in arrays.
            let nest = (0..<Int.random(in: 1...64, using: &random)).flatMap { _ in
                GGUFBuilder.array(9, count: 1, [])
            }
            let pair = pick(structure.pairs)
            bytes.replaceSubrange(
                pair, with: GGUFBuilder.text("deep") + littleEndian(UInt32(9)) + nest)
        default:
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<structure.offset, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return bytes
    }
}
