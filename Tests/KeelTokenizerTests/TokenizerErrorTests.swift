import Foundation
import KeelStatistics
import KeelTokenizer
import Testing

struct TokenizerErrorTests {
    private static let minimal = """
        {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]},
         "decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "ByteLevel"}}
        """

    private func read(replacing old: String, with new: String) throws -> BytePairTokenizer {
        try #require(Self.minimal.contains(old))
        let json = Self.minimal.replacingOccurrences(of: old, with: new)
        return try BytePairTokenizer(tokenizerJSON: Data(json.utf8))
    }

    @Test func `both spellings of merges are read`() throws {
        let old = try read(replacing: #""a b""#, with: #""a b""#)
        let new = try read(replacing: #""a b""#, with: #"["a", "b"]"#)
        #expect(old.encode("abb") == [2, 1])
        #expect(new.encode("abb") == [2, 1])
    }

    @Test(arguments: [
        (#""BPE""#, #""Unigram""#, "model.type"),
        (#""merges""#, #""byte_fallback": true, "merges""#, "decoder"),
        (#""merges""#, #""dropout": 0.1, "merges""#, "model.dropout"),
        (#""merges""#, #""end_of_word_suffix": "</w>", "merges""#, "model.end_of_word_suffix"),
        (#""decoder": {"type": "ByteLevel"}"#, #""decoder": {"type": "Metaspace"}"#, "decoder"),
        (#""decoder""#, #""normalizer": {"type": "Lowercase"}, "decoder""#, "normalizer"),
        (
            #""pre_tokenizer": {"type": "ByteLevel"}"#, #""pre_tokenizer": {"type": "Whitespace"}"#,
            "pre_tokenizer"
        ),
        (
            #"{"type": "ByteLevel"}}"#, #"{"type": "ByteLevel", "add_prefix_space": true}}"#,
            "pre_tokenizer.add_prefix_space"
        ),
        (
            #"{"type": "ByteLevel"}}"#,
            #"""
            {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "(a+)+$"},
            "behavior": "Isolated"}, {"type": "ByteLevel", "use_regex": false}]}}
            """#, "pre_tokenizer.Split.pattern"
        ),
        (
            #""decoder""#, #""post_processor": {"type": "BertProcessing"}, "decoder""#,
            "post_processor"
        ),
    ])
    func `an unsupported component is named`(old: String, new: String, component: String) throws {
        let error = #expect(throws: TokenizerError.self) {
            try read(replacing: old, with: new)
        }
        guard case .unsupported(component, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        (#"["a b"]"#, #"["ab"]"#), (#"["a b"]"#, #"["b a"]"#), (#"["a b"]"#, #"{"a": "b"}"#),
        (#""b": 1"#, #""b": 0"#), (#""b": 1"#, #""b": -1"#), (#""b": 1"#, #""b": 1000000000"#),
        (#""b": 1"#, #""b": 1.5"#), (#""b": 1"#, #""b": 1e99"#), (#""b": 1"#, #""a": 1"#),
        (#""decoder""#, #""added_tokens": [{"id": 3}], "decoder""#),
        (#""decoder""#, #""added_tokens": [{"id": 0, "content": "x"}], "decoder""#),
        (#""decoder""#, #""added_tokens": [{"id": 3, "content": ""}], "decoder""#),
        (#""merges""#, #""ignore_merges": 1, "merges""#),
        (#""merges""#, #""unk_token": "<unk>", "merges""#), (#"{"model""#, #"["model""#),
    ])
    func `a malformed part is refused`(old: String, new: String) {
        #expect(throws: TokenizerError.self) { try read(replacing: old, with: new) }
    }

    @Test func `bad GGUF arrays are refused`() {
        func read(
            merges: [String] = [], types: [Int] = [1, 1], pre: String = "gpt-2", bos: Int = 0
        ) throws {
            _ = try BytePairTokenizer(
                tokens: ["a", "b"], merges: merges, tokenTypes: types, pre: pre,
                beginningOfSequence: bos)
        }
        #expect(throws: TokenizerError.invalidMerge(index: 0, merge: "a b")) {
            try read(merges: ["a b"])
        }
        #expect(throws: TokenizerError.invalidMerge(index: 0, merge: "ab")) {
            try read(merges: ["ab"])
        }
        #expect(throws: TokenizerError.self) { try read(types: [1]) }
        #expect(throws: TokenizerError.self) { try read(types: [1, 7]) }
        #expect(throws: TokenizerError.self) { try read(bos: 2) }
        #expect(
            throws: TokenizerError.unsupported(
                component: "tokenizer.ggml.pre", found: "\"deepseek-llm\"")
        ) {
            try read(pre: "deepseek-llm")
        }
    }

    @Test(arguments: [
        "", "{", "nul", #"{"a" 1}"#, #"{"a": 1,}"#, "[1 2]", #""\x""#, #""\ud800""#,
        #""\ud800\u0041""#,
        "\"\u{1}\"", "1 2", "--1", "1e999", String(repeating: "[", count: 100_000),
    ])
    func `what is not JSON is refused at its byte`(text: String) throws {
        let error = #expect(throws: TokenizerError.self) {
            try BytePairTokenizer(tokenizerJSON: Data(text.utf8))
        }
        guard case .malformedJSON(let offset, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(0...text.utf8.count ~= offset)
    }

    /// Every mutant is a tokenizer that works, or a typed error.
    @Test func `no mutant of a tokenizer file crashes`() throws {
        let data = try Golden.data("tokenizer.json")
        let file = try Golden.object(data)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let mutant = mutated(file, &generator)
            try check(JSONSerialization.data(withJSONObject: mutant, options: .fragmentsAllowed))
        }
        for _ in 0..<100 {
            var bytes = data
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(position...)
            default: bytes.removeSubrange(position..<min(position + 9, bytes.count))
            }
            check(bytes)
        }
    }

    private func check(_ data: Data) {
        do throws(TokenizerError) {
            let tokenizer = try BytePairTokenizer(tokenizerJSON: data)
            let ids = tokenizer.encode("It's <|im_start|> 42 été\n", parsingSpecial: true)
            #expect(ids.allSatisfy { 0..<tokenizer.vocabularySize ~= $0 })
        } catch {
            #expect(error.description.hasSuffix("."))
        }
    }

    /// A copy with one value, somewhere, replaced, removed, or given another's place.
    private func mutated(_ value: Any, _ generator: inout SeededGenerator) -> Any {
        let stops = Int.random(in: 0..<6, using: &generator) == 0
        if var object = value as? [String: Any], !stops,
            let key = object.keys.sorted().randomElement(using: &generator), let child = object[key]
        {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: object[key] = nil
            case 1: object["\(key)\u{301}"] = child
            default: object[key] = mutated(child, &generator)
            }
            return object
        }
        if var array = value as? [Any], !stops, !array.isEmpty {
            let index = Int.random(in: 0..<array.count, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: array.remove(at: index)
            case 1: array.swapAt(index, 0)
            case 2: array.append(array[index])
            default: array[index] = mutated(array[index], &generator)
            }
            return array
        }
        let replacements: [Any] = [
            NSNull(), true, false, -1, 0, 1, 2_007, Int.max, 0.5, 1e300, "", " ", "a", "Ġt h",
            "Sequence",
            "ByteLevel", [Any](), ["a"], [String: Any](), ["type": "Sequence"], ["type": "NFC"],
        ]
        return replacements.randomElement(using: &generator) ?? NSNull()
    }
}
