import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelStatistics
import KeelTensor
import KeelTokenizer
import TestSupport
import Testing

/// 2,000 files of models with something wrong in them, over all readers.
///
/// Each works, or is refused by a typed error. A trap would end the process, so that it goes on is the
/// test. The mutations know the structure, and are the same in every run.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MalformedFamilyTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Reads mutants, and expects of those that are refused an error of this package with words.
    private func survive(
        _ count: Int, seed: UInt64, refusing least: Int,
        _ read: (inout SeededGenerator) throws -> Void
    ) {
        var generator = SeededGenerator(seed: seed)
        var refused = 0
        for number in 0..<count {
            do { try read(&generator) } catch {
                refused += 1
                let isTyped =
                    error is ModelError || error is GGUFError || error is SafetensorsError
                    || error is TokenizerError || error is TemplateError || error is FileError
                    || error is LanguageError
                #expect(isTyped, "mutant \(number): \(type(of: error)) \(error)")
                #expect(!"\(error)".isEmpty)
            }
        }
        // Mutants that all work, or none of which does, would show nothing.
        #expect(refused >= least && refused < count, "\(refused) of \(count)")
    }

    /// A copy of a family's folder, small enough to be made anew.
    private func folder(_ name: String) throws -> String {
        let folder = scratch.path + "/" + name
        if !FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.copyItem(
                atPath: Golden.path("families/\(name)"), toPath: folder)
        }
        return folder
    }

    /// Loads a model and reads a few tokens with it; what it computes may be no number.
    private func read(_ path: String) throws {
        let language = try LanguageModel(ModelReference(base: path))
        let count = language.model.configuration.vocabularySize
        let tokens = [0, 1, 2, 3, 4].map { $0 % count }
        #expect(try language.logits(tokens).shape == [tokens.count, count])
        let ids = language.tokenizer.encode("thekeel<|end|>", parsingSpecial: true)
        #expect(ids.allSatisfy { (0..<count).contains($0) })
    }

    // MARK: Configurations and weights

    @Test func `700 configurations`() throws {
        let names = FamilyTests.names
        let originals = try names.map { name in
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: folder(name) + "/config.json")))
        }
        survive(700, seed: 11, refusing: 200) { generator in
            let index = Int.random(in: 0..<names.count, using: &generator)
            let mutant = generator.mutant(of: originals[index])
            let path = try folder(names[index]) + "/config.json"
            try JSONSerialization.data(withJSONObject: mutant, options: .fragmentsAllowed)
                .write(to: URL(filePath: path))
            try read(folder(names[index]))
        }
    }

    @Test func `200 weights and their indices`() throws {
        let names = ["gemma3-odd", "qwen2-odd", "llama-3", "gemma3-of-many-kinds"]
        survive(200, seed: 12, refusing: 60) { generator in
            let index = Int.random(in: 0..<names.count, using: &generator)
            let folder = try folder(names[index])
            let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                .filter { $0.contains("safetensors") }
            let name = files[Int.random(in: 0..<files.count, using: &generator)]
            let url = URL(filePath: folder + "/" + name)
            let original = try Data(contentsOf: url)
            defer { try? original.write(to: url) }
            try generator.mutant(of: original, isJSON: name.hasSuffix(".json")).write(to: url)
            try read(folder)
        }
    }

    @Test func `200 GGUF files`() throws {
        let paths = try [
            "gemma3-of-many-kinds", "llama-3", "qwen2-odd", "smollm3-odd",
        ].map { try folder($0) + "/model.gguf" }
        let originals = try paths.map { try Data(contentsOf: URL(filePath: $0)) }
        let copy = scratch.path + "/mutant.gguf"
        survive(200, seed: 13, refusing: 40) { generator in
            let index = Int.random(in: 0..<paths.count, using: &generator)
            var bytes = originals[index]
            // Names are followed by types, counts and values; the header is the first part of the file.
            let end = min(bytes.count, 4096)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<end - 8, using: &generator)
                let value = generator.extreme()
                let width = [1, 4, 8][Int.random(in: 0..<3, using: &generator)]
                bytes.replaceSubrange(
                    place..<place + width,
                    with: withUnsafeBytes(of: value.littleEndian) { Data($0) }.prefix(width))
            }
            try bytes.write(to: URL(filePath: copy))
            try read(copy)
        }
    }

    // MARK: Tokenizers

    private static let sentence = "the keel\u{301} <s>holds</s>  the <unk> ship\n🌊"

    private func use(_ tokenizer: BytePairTokenizer) throws {
        let ids = tokenizer.encode(Self.sentence, parsingSpecial: true, addingSpecial: true)
        #expect(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains($0) })
        var decoder = StreamingDecoder(tokenizer)
        let text = ids.map { decoder.append($0) }.joined() + decoder.finish()
        #expect(text == tokenizer.decode(ids))
        _ = try BytePairTokenizer(tokenizerJSON: tokenizer.tokenizerJSON())
        _ = try? tokenizer.ggufArrays(count: tokenizer.vocabularySize)
    }

    /// A vocabulary as SentencePiece has it, in the order in which pairs become tokens.
    private static let tokens: [String] = {
        var tokens = ["<unk>", "<s>", "</s>"]
        for byte in 0..<256 { tokens.append(String(format: "<0x%02X>", byte)) }
        tokens += ["\u{2581}t", "he", "\u{2581}the", "ke", "el", "keel", "\u{2581}keel"]
        return tokens + ["\u{2581}", "t", "h", "e", "k", "l", "o", "d", "s"]
    }()

    /// A file of it, with these parts around the model.
    private static func sentencePiece(normalizer: String, preTokenizer: String) throws -> Any {
        let vocabulary = tokens.enumerated().map { "\"\($0.element)\": \($0.offset)" }
        let added = tokens.prefix(3).enumerated().map {
            #"{"id": \#($0.offset), "content": "\#($0.element)", "special": true, "normalized": false}"#
        }
        let text = """
            {"version": "1.0", "added_tokens": [\(added.joined(separator: ", "))],
             "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer),
             "post_processor": {"type": "TemplateProcessing", "single": [
               {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]},
             "decoder": {"type": "Sequence", "decoders": [
               {"type": "Replace", "pattern": {"String": "\u{2581}"}, "content": " "},
               {"type": "ByteFallback"}, {"type": "Fuse"},
               {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
             "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
               "vocab": {\(vocabulary.joined(separator: ", "))},
               "merges": ["\u{2581} t", "h e", "\u{2581}t he", "k e", "e l", "ke el", "\u{2581} keel"]}}
            """
        return try JSONSerialization.jsonObject(with: Data(text.utf8))
    }

    @Test func `400 tokenizer files`() throws {
        let replace = #"{"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}"#
        let prepend = #"{"type": "Prepend", "prepend": "\u2581"}"#
        let originals = [
            try Self.sentencePiece(
                normalizer: #"{"type": "Sequence", "normalizers": [\#(prepend), \#(replace)]}"#,
                preTokenizer: "null"),
            try Self.sentencePiece(
                normalizer: "null",
                preTokenizer: #"""
                    {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", \#
                    "split": false}
                    """#),
            try JSONSerialization.jsonObject(
                with: Data(
                    contentsOf: URL(filePath: Golden.path("families/llama-3/tokenizer.json")))),
        ]
        for original in originals {
            try use(
                BytePairTokenizer(
                    tokenizerJSON: JSONSerialization.data(withJSONObject: original)))
        }
        survive(400, seed: 14, refusing: 100) { generator in
            let index = Int.random(in: 0..<originals.count, using: &generator)
            let data = try JSONSerialization.data(
                withJSONObject: generator.mutant(of: originals[index]), options: .fragmentsAllowed)
            try use(BytePairTokenizer(tokenizerJSON: data))
        }
    }

    @Test func `200 tokenizers of scores`() throws {
        let right = Self.tokens.indices.map { $0 == 0 ? 2 : $0 < 3 ? 3 : $0 < 259 ? 6 : 1 }
        survive(200, seed: 15, refusing: 40) { generator in
            var (tokens, types) = (Self.tokens, right)
            var scores = tokens.indices.map { -Double($0) }
            let end = Int.random(in: 0..<8, using: &generator) == 0 ? tokens.count : 2
            let place = Int.random(in: 0..<tokens.count, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: tokens.remove(at: place)
            case 1: tokens[place] = ["", " ", "\u{2581}\u{2581}", "<0x-0>", "<s>"][place % 5]
            case 2: types[place] = [-1, 0, 4, 5, 6, 7, Int.max][place % 7]
            case 3: scores[place] = [Double.nan, .infinity, -.infinity, 0, 1e308][place % 5]
            case 4: scores.removeLast(place % 3 + 1)
            case 5: types.removeLast(place % 3 + 1)
            default: tokens.swapAt(place, tokens.count - 1)
            }
            try use(
                BytePairTokenizer(
                    tokens: tokens, scores: scores, tokenTypes: types,
                    addsSpace: place.isMultiple(of: 2), beginningOfSequence: 1, endOfSequence: end,
                    addsBeginningOfSequence: true))
        }
    }

    // MARK: Templates

    private static let template = """
        {%- if messages[0]['role'] == 'system' %}{{ messages[0].content | trim }}{% endif %}
        {% set ns = namespace(last=messages|length - 1, seen=[]) %}
        {% macro turn(m) %}<|start|>{{ m['role'] }}: {{ m.content.split('</think>')[-1] }}{% endmacro %}
        {% for m in messages[::-1] %}{% if loop.index0 <= ns.last and m.role in ['user', 'assistant'] %}
        {{ turn(m) }}{% elif m.role is string %}{{ m | tojson(indent=2) }}{% else %}
        {{ raise_exception('no role') }}{% endif %}{% endfor %}
        {% for i in range(9) %}{% if i > 5 %}{% break %}{% endif %}{{ i * 2 ~ ',' }}{% endfor %}
        {% if add_generation_prompt %}<|start|>assistant: {% endif %}
        """

    @Test func `300 chat templates`() throws {
        let pieces = [
            "{%", "%}", "{{", "}}", "{#", "-%}", "'", "|", "(", ")", "[", "]", " not ", " ~ ", "**",
            "{% for a in range(99999999) %}", "{% endfor %}",
            "{% set ns.seen = [ns.seen, ns.seen] %}",
            "{{ turn(turn) }}", "{% macro turn(m) %}{{ turn(m) }}{% endmacro %}", "* 99999999",
            "loop.index0", "9223372036854775807", "{% else %}", ".content", "\u{301}", "\0",
        ]
        let limits = TemplateLimits(steps: 50_000, depth: 50, length: 50_000)
        survive(300, seed: 16, refusing: 100) { generator in
            var source = Array(Self.template.unicodeScalars)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let start = Int.random(in: 0..<source.count, using: &generator)
                let end = min(source.count, start + Int.random(in: 0..<12, using: &generator))
                let piece = pieces[Int.random(in: 0..<pieces.count, using: &generator)]
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: source.removeSubrange(start..<end)
                case 1: source.insert(contentsOf: source[start..<end], at: start)
                case 2: source.replaceSubrange(start..<end, with: Array(piece.unicodeScalars))
                default: source.insert(contentsOf: Array(piece.unicodeScalars), at: start)
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: source)
            let template = try ChatTemplate(source: String(text))
            let rendered = try template.render(
                context: ChatTemplate.context(
                    messages: [("system", " be brief "), ("user", "a</think>b"), ("other", "c")],
                    addGenerationPrompt: true), limits: limits)
            #expect(rendered.unicodeScalars.count <= limits.length)
        }
    }
}
