import Foundation
import KeelFormats
import KeelStatistics
import TestSupport
import Testing

/// Damaged files are refused with an error or, where the damage is harmless, are safe to read:
/// no crash, no hang, no memory.
@Suite(.timeLimit(.minutes(1)))
struct SafetensorsFuzzTests {
    private static let replacements = [
        "", "0", "1", "2147483648", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "-1", "1e3", "007", "null", "{}", "[]", "\"\"", "\"a.weight\"",
        "\"__metadata__\"", "\"\\u0000\"", "\"\\ud800\"", "\"U8\"", "\"F4\"", ",", ":",
        String(repeating: "[", count: 10_000), String(repeating: "{\"a\":", count: 10_000),
    ]
    let scratch: Scratch
    private let header: [UInt8]
    private let data: [UInt8]
    /// Strings, numbers and punctuation of the header.
    private let tokens: [Range<Int>]

    init() throws {
        scratch = try Scratch()
        let valid = try bytes(of: golden("package.safetensors"))
        let headerEnd = try 8 + #require(valid[8...].firstIndex(of: 0x20))
        let length = valid[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(headerEnd <= 8 + 8 + length)
        header = Array(valid[8..<8 + length])
        data = Array(valid[(8 + length)...])
        tokens = Self.tokens(of: header)
    }

    @Test func `every token replaced by everything else`() throws {
        let mutants = tokens.flatMap { token in
            Self.replacements.map { replacement in
                var mutant = header
                mutant.replaceSubrange(token, with: Array(replacement.utf8))
                return mutant
            }
        }
        #expect(mutants.count >= 300)
        try expectBoundedMemory {
            for mutant in mutants { try open(mutant) }
        }
    }

    @Test func `every token deleted, doubled, or the last`() throws {
        try expectBoundedMemory {
            for token in tokens {
                #expect(try !open(Array(header[..<token.lowerBound])))
                var mutant = header
                mutant.insert(contentsOf: header[token], at: token.lowerBound)
                try open(mutant)
                mutant.removeSubrange(token.lowerBound..<token.upperBound + token.count)
                #expect(try !open(mutant))
            }
        }
    }

    @Test(arguments: [0, 1, 2, 7, 8, 1 << 31, 1 << 32, 1 << 63, .max - 7, .max] as [UInt64])
    func `a length that is not the header's`(length: UInt64) throws {
        try expectBoundedMemory {
            let isAccepted = try open(header, length: length)
            #expect(!isAccepted)
        }
    }

    @Test func `truncation at every byte`() throws {
        let valid = littleEndian(UInt64(header.count)) + header + data
        try expectBoundedMemory {
            for count in 0..<valid.count {
                let path = try scratch.write(Array(valid[..<count]), to: "cut.safetensors")
                #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
            }
        }
    }

    @Test func `bytes flipped at random`() throws {
        var random = SeededGenerator(seed: 3)
        try expectBoundedMemory {
            for _ in 0..<1000 {
                var mutant = header
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    mutant[Int.random(in: 0..<mutant.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                }
                try open(mutant)
            }
        }
    }

    // MARK: Helpers

    /// Opens a file, and checks the bytes of every tensor if it is accepted.
    @discardableResult
    private func open(_ header: [UInt8], length: UInt64? = nil) throws -> Bool {
        let path = try scratch.write(
            littleEndian(length ?? UInt64(header.count)) + header + data,
            to: "mutant.safetensors")
        do throws(SafetensorsError) {
            let file = try SafetensorsFile(path: path)
            var byteCount = 0
            for tensor in file.tensors.values {
                #expect(throws: Never.self) {
                    byteCount += try file.withBytes(of: tensor.name) { $0.count }
                }
            }
            #expect(byteCount == data.count)
            return true
        } catch {
            #expect(error.description.hasPrefix(path))
            return false
        }
    }

    private static func tokens(of header: [UInt8]) -> [Range<Int>] {
        var tokens: [Range<Int>] = []
        var position = 0
        while position < header.count, header[position] != UInt8(ascii: " ") {
            let start = position
            position += 1
            if header[start] == UInt8(ascii: "\"") {
                while header[position] != UInt8(ascii: "\"") {
                    position += header[position] == UInt8(ascii: "\\") ? 2 : 1
                }
                position += 1
            } else if (0x30...0x39).contains(header[start]) {
                while (0x30...0x39).contains(header[position]) { position += 1 }
            }
            tokens.append(start..<position)
        }
        return tokens
    }
}
