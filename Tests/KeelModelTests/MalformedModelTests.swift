import Foundation
import KeelLanguage
import KeelModel
import Testing

/// Real model files with one thing wrong: each must load or be refused in words.
///
/// A trap would end the process, so that it goes on is the test. The mutations know the structure:
/// they overwrite lengths, counts, types and offsets, not only bytes.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MalformedModelTests {
    private static let extremes: [UInt64] = [
        0, 1, 2, 255, 1 << 31 - 1, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max, .max - 7, 0xFFFF_FFFF,
    ]

    /// Loads every mutant and tells how it went.
    private func survive(
        _ count: Int, seed: UInt64, _ mutate: (inout MutantGenerator) throws -> () throws -> Void
    ) throws {
        var generator = MutantGenerator(state: seed)
        let before = Self.residentBytes()
        var refused = 0
        var slowest = Duration.zero
        for _ in 0..<count {
            let load = try mutate(&generator)
            let start = ContinuousClock.now
            do { try load() } catch {
                refused += 1
                #expect(!"\(error)".isEmpty)
            }
            slowest = max(slowest, ContinuousClock.now - start)
        }
        let growth = (Self.residentBytes() - before) >> 20
        print(
            "\(count) mutants, \(refused) refused, slowest \(slowest), memory grew by \(growth) MB")
        #expect(refused > count / 4)
        // Tests beside it load models in this process; a count that lies, believed, asks for more.
        #expect(growth < 3 << 10)
    }

    @Test(.enabled(if: DefaultModel.isInstalled, DefaultModel.reason))
    func `200 mutants of the default model's GGUF file`() throws {
        let path = try #require(ModelCatalogue.entries.first).path
        let handle = try #require(FileHandle(forReadingAtPath: path))
        let header = try #require(try handle.read(upToCount: 3 << 20))
        let length = try handle.seekToEnd()
        // Names that stand in the file, each before a type and a value or a shape and an offset.
        let names = [
            "general.architecture", "llama.block_count", "llama.context_length",
            "llama.embedding_length",
            "llama.feed_forward_length", "llama.attention.head_count",
            "llama.attention.head_count_kv",
            "llama.rope.freq_base", "llama.attention.layer_norm_rms_epsilon",
            "llama.rope.dimension_count",
            "tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens",
            "tokenizer.ggml.token_type",
            "tokenizer.ggml.merges", "tokenizer.ggml.eos_token_id", "tokenizer.chat_template",
            "token_embd.weight",
            "blk.0.attn_q.weight", "blk.7.ffn_down.weight", "blk.29.attn_norm.weight",
            "output_norm.weight",
        ].compactMap { name in header.range(of: Data(name.utf8)) }
        #expect(names.count > 15)
        let copy = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString).gguf")
        defer { try? FileManager.default.removeItem(at: copy) }
        try survive(200, seed: 1) { generator in
            var bytes = header
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:  // the counts at the head of the file
                bytes.overwrite(
                    8 * Int.random(in: 0..<3, using: &generator),
                    Self.extremes.randomElement(using: &generator))
            case 1:  // any byte
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            default:  // around a name: its length, or the type, count, shape or value behind it
                let name = try #require(names.randomElement(using: &generator))
                let place = name.upperBound + Int.random(in: -1...6, using: &generator) * 4
                bytes.overwrite(
                    place < name.upperBound ? name.lowerBound - 8 : place,
                    Self.extremes.randomElement(using: &generator))
            }
            let cut = Int.random(in: 0..<8, using: &generator) == 0
            try bytes.write(to: copy)
            // The weights are a hole: what is read of them is zeros, and the file is as long as it was.
            if !cut { try FileHandle(forWritingTo: copy).truncate(atOffset: length) }
            return { _ = try LanguageModel.tokenizer(of: copy.path) }
        }
    }

    @Test(arguments: ["model.safetensors", "config.json", "tokenizer.json"])
    func `120 mutants of each file of a model folder`(_ name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: URL(filePath: Golden.path("tiny-llama")), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        let original = try Data(contentsOf: file)
        // In a safetensors file the text is the header; it stands behind its own length.
        let start = name.hasSuffix("safetensors") ? 8 : 0
        let end =
            start == 0
            ? original.count
            : 8
                + Int(
                    original.prefix(2).enumerated().reduce(0) {
                        $0 + Int($1.element) << (8 * $1.offset)
                    })
        let numbers = original.indices.filter { index in
            (start..<end).contains(index) && (0x30...0x39).contains(original[index])
        }
        let quotes = original.indices.filter { (start..<end).contains($0) && original[$0] == 0x22 }
        try survive(120, seed: 2) { generator in
            var bytes = original
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where start > 0:
                bytes.overwrite(0, Self.extremes.randomElement(using: &generator))
            case 1: bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &generator))
            case 2:
                let place = try #require(quotes.randomElement(using: &generator))
                bytes[place] = UInt8.random(in: 0x20...0x7E, using: &generator)
            default:
                let place = try #require(numbers.randomElement(using: &generator))
                let text = ["-1", "1e9", "99999999999", "18446744073709551616", "0.5", "[", "null"]
                bytes.replaceSubrange(
                    place..<place + 1,
                    with: Data(try #require(text.randomElement(using: &generator)).utf8))
            }
            try bytes.write(to: file)
            return { _ = try LanguageModel(ModelReference(base: folder.path)) }
        }
    }

    private static func residentBytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (status.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }
}

/// SplitMix64: the same mutants in every run.
struct MutantGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension Data {
    fileprivate mutating func overwrite(_ place: Int, _ value: UInt64?) {
        guard let value, place >= 0, place + 8 <= count else { return }
        replaceSubrange(
            place..<place + 8, with: Swift.withUnsafeBytes(of: value.littleEndian) { Data($0) })
    }
}
