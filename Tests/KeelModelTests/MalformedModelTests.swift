import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelStatistics
import KeelTokenizer
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Real model files with one thing wrong: each must load or be refused in words, in less than 2 s of
/// processor time and in less than 256 MB beyond what the whole file takes.
///
/// Each test reads its files in a process of its own, so that only they count. A trap ends it, and the
/// test fails. The mutations know the structure: they overwrite lengths, counts, types and offsets, not
/// only bytes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MalformedModelTests {
    @Test(.enabled(if: DefaultModel.isInstalled, DefaultModel.reason))
    func `200 mutants of the default model's GGUF file`() async {
        await #expect(processExitsWith: .success) { try Self.defaultGGUF() }
    }

    @Test func `200 mutants of a small model's GGUF file`() async {
        await #expect(processExitsWith: .success) { try Self.smallGGUF() }
    }

    @Test func `120 mutants of a safetensors file`() async {
        await #expect(processExitsWith: .success) { try Self.folder("model.safetensors") }
    }

    @Test func `120 mutants of a configuration`() async {
        await #expect(processExitsWith: .success) { try Self.folder("config.json") }
    }

    @Test func `120 mutants of a small model's tokenizer`() async {
        await #expect(processExitsWith: .success) { try Self.folder("tokenizer.json") }
    }

    @Test(.enabled(if: DefaultModel.isInstalled, DefaultModel.reason))
    func `60 mutants of the default model's tokenizer as JSON`() async {
        await #expect(processExitsWith: .success) { try Self.defaultTokenizer() }
    }

    // MARK: Files

    private static func defaultGGUF() throws {
        let path = try #require(ModelCatalogue.entries.first).path
        let handle = try #require(FileHandle(forReadingAtPath: path))
        let head = try #require(try handle.read(upToCount: 3 << 20))
        // The weights are a hole: what is read of them is zeros, and the file is as long as it was.
        try survive(head, length: try handle.seekToEnd(), seed: 1) {
            _ = try LanguageModel(ModelReference(base: $0), packing: false)
        }
    }

    private static func smallGGUF() throws {
        let whole = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString).gguf")
        defer { try? FileManager.default.removeItem(at: whole) }
        try Golden.tiny(packing: false).writeGGUF(to: whole.path, as: .q8_0)
        let data = try Data(contentsOf: whole)
        try survive(data, length: UInt64(data.count), seed: 3) {
            _ = try LanguageModel(ModelReference(base: $0))
        }
    }

    private static func folder(_ name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: URL(filePath: Golden.path("tiny-llama")), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        let mutations = TextMutations(
            of: try Data(contentsOf: file), hasLength: name.hasSuffix("safetensors"))
        try survive(120, seed: 2) {
            _ = try LanguageModel(ModelReference(base: folder.path))
        } mutate: { generator in
            try mutations.mutant(&generator).write(to: file)
        }
    }

    private static func defaultTokenizer() throws {
        var data = try LanguageModel.tokenizer(of: ModelCatalogue.defaultAlias).tokenizerJSON()
        let mutations = TextMutations(of: data, hasLength: false)
        try survive(60, seed: 4) {
            _ = try BytePairTokenizer(tokenizerJSON: data)
        } mutate: { generator in
            data = try mutations.mutant(&generator)
        }
    }

    // MARK: Mutants

    /// Loads mutants of a GGUF file of which the head is given, and the length.
    private static func survive(
        _ head: Data, length: UInt64, seed: UInt64, load: (String) throws -> Void
    ) throws {
        // Names that stand in the file, each before a type and a value or a shape and an offset.
        let names = [
            "general.architecture", "llama.block_count", "llama.context_length",
            "llama.embedding_length", "llama.feed_forward_length", "llama.attention.head_count",
            "llama.attention.head_count_kv", "llama.rope.freq_base",
            "llama.attention.layer_norm_rms_epsilon", "llama.rope.dimension_count",
            "tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens",
            "tokenizer.ggml.token_type", "tokenizer.ggml.merges", "tokenizer.ggml.eos_token_id",
            "tokenizer.chat_template", "token_embd.weight", "blk.0.attn_q.weight",
            "blk.1.ffn_down.weight", "blk.1.attn_norm.weight", "output_norm.weight",
        ].compactMap { name in head.range(of: Data(name.utf8)) }
        #expect(names.count > 15)
        let copy = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString).gguf")
        defer { try? FileManager.default.removeItem(at: copy) }
        func write(_ bytes: Data, length: UInt64) throws {
            try bytes.write(to: copy)
            try FileHandle(forWritingTo: copy).truncate(atOffset: length)
        }
        try write(head, length: length)
        try survive(200, seed: seed) {
            try load(copy.path)
        } mutate: { generator in
            var bytes = head
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:  // the counts at the head of the file
                bytes.overwrite(
                    8 * Int.random(in: 0..<3, using: &generator),
                    extremes.randomElement(using: &generator))
            case 1:  // any byte
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            default:  // around a name: its length, or the type, count, shape or value behind it
                let name = try #require(names.randomElement(using: &generator))
                let place = name.upperBound + Int.random(in: -1...6, using: &generator) * 4
                bytes.overwrite(
                    place < name.upperBound ? name.lowerBound - 8 : place,
                    extremes.randomElement(using: &generator))
            }
            let isCut = Int.random(in: 0..<8, using: &generator) == 0
            let end = UInt64(Int.random(in: 0...head.count, using: &generator))
            try write(bytes, length: isCut ? end : length)
        }
    }

    /// Loads what there is, then after each mutation.
    private static func survive(
        _ count: Int, seed: UInt64, load: () throws -> Void,
        mutate: (inout SeededGenerator) throws -> Void
    ) throws {
        try load()
        let before = peakMemory()
        var generator = SeededGenerator(seed: seed)
        var refused = 0
        for number in 0..<count {
            try mutate(&generator)
            let start = processorTime()
            do { try load() } catch {
                refused += 1
                #expect(!"\(error)".isEmpty)
            }
            let time = processorTime() - start
            #expect(time < 2, "mutant \(number) took \(time) s of processor time")
        }
        #expect(refused > count / 4)
        guard let before, let after = peakMemory() else { return }
        #expect(after - before < 256 << 20)
    }

    fileprivate static let extremes: [UInt64] = [
        0, 1, 2, 255, 1 << 31 - 1, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max, .max - 7, 0xFFFF_FFFF,
    ]

    /// The most bytes that this process has held; nil without Linux's `/proc`.
    private static func peakMemory() -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }

    /// Seconds that all threads of this process have computed.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// JSON, or a safetensors file, with one thing wrong in its text.
private struct TextMutations {
    private let original: Data
    private let hasLength: Bool
    private let numbers: [Int]
    private let quotes: [Int]

    /// - Parameters:
    ///   - original: The file.
    ///   - hasLength: The text stands behind its own length, and weights behind it.
    init(of original: Data, hasLength: Bool) {
        self.original = original
        self.hasLength = hasLength
        let length = original.prefix(2).enumerated().reduce(0) {
            $0 + Int($1.element) << (8 * $1.offset)
        }
        let text = hasLength ? 8..<min(8 + length, original.count) : 0..<original.count
        numbers = text.filter { (0x30...0x39).contains(original[$0]) }
        quotes = text.filter { original[$0] == 0x22 }
    }

    func mutant(_ generator: inout SeededGenerator) throws -> Data {
        var bytes = original
        switch Int.random(in: 0..<5, using: &generator) {
        case 0 where hasLength:
            bytes.overwrite(0, MalformedModelTests.extremes.randomElement(using: &generator))
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
        return bytes
    }
}

extension Data {
    fileprivate mutating func overwrite(_ place: Int, _ value: UInt64?) {
        guard let value, place >= 0, place + 8 <= count else { return }
        replaceSubrange(
            place..<place + 8, with: Swift.withUnsafeBytes(of: value.littleEndian) { Data($0) })
    }
}
