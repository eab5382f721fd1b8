import Foundation
import KeelTokenizer
import Testing

/// `tokenizer.json` as it is written.
struct TokenizerJSONTests {
    @Test(arguments: ["smollm", "gpt2", "qwen2", "llama3", "tekken"])
    func `a tokenizer that was written is the one that is read`(pipeline: String) throws {
        let tokenizer = try Golden.tokenizer(pipeline)
        let again = try BytePairTokenizer(tokenizerJSON: tokenizer.tokenizerJSON())
        #expect(again.vocabularySize == tokenizer.vocabularySize)
        for id in 0..<tokenizer.vocabularySize {
            #expect(again.tokenBytes(id) == tokenizer.tokenBytes(id))
            #expect(again.isSpecial(id) == tokenizer.isSpecial(id))
        }
        let rows = try Golden.lines("encodings.jsonl", as: Golden.Encoding.self)
            .filter { $0.pipeline == pipeline }
        #expect(rows.count > 300)
        for row in rows {
            #expect(
                again.encode(row.text, parsingSpecial: true) == row.ids,
                "\(row.text.debugDescription)")
        }
        #expect(again.tokenizerJSON() == tokenizer.tokenizerJSON())
    }

    @Test(arguments: ["gpt2", "qwen2", "llama3", "tekken"])
    func `one that is written as GGUF gives the same ids`(pipeline: String) throws {
        // Without the tokens that GGUF has no words for.
        var file = try Golden.object(Golden.tokenizer(pipeline).tokenizerJSON())
        let added = try #require(file["added_tokens"] as? [[String: Any]])
        file["added_tokens"] = added.filter { $0["special"] as? Bool == true }
        let tokenizer = try BytePairTokenizer(
            tokenizerJSON: JSONSerialization.data(withJSONObject: file))
        let arrays = try tokenizer.ggufArrays(count: tokenizer.vocabularySize)
        let again = try BytePairTokenizer(
            tokens: arrays.tokens, merges: arrays.merges, tokenTypes: arrays.tokenTypes,
            pre: arrays.pre)
        for row in try Golden.lines("encodings.jsonl", as: Golden.Encoding.self)
        where row.pipeline == pipeline {
            #expect(
                again.encode(row.text, parsingSpecial: true)
                    == tokenizer.encode(row.text, parsingSpecial: true),
                "\(row.text.debugDescription)")
        }
    }

    @Test func `a token that swallows spaces is not written as GGUF`() throws {
        let tokenizer = try Golden.tokenizer("gpt2")
        #expect(throws: TokenizerError.self) {
            try tokenizer.ggufArrays(count: tokenizer.vocabularySize)
        }
    }

    @Test func `its parts are those of the file that it came from`() throws {
        let original = try Golden.object(Golden.data("tokenizer.json"))
        let written = try Golden.object(Golden.tokenizer().tokenizerJSON())
        #expect(Set(written.keys) == Set(original.keys))
        for key in ["version", "added_tokens", "normalizer", "pre_tokenizer"] {
            #expect(
                written[key] as? NSObject == original[key] as? NSObject, "\(key)")
        }
    }

    @Test func `tokens that differ only in composition, and control characters, come back`() throws
    {
        let strange = ["e\u{301}", "\u{e9}", "\"", "\\", "\u{1}", "\n", "\u{7f}", "🌍"]
        let tokenizer = try BytePairTokenizer(
            vocabulary: strange, merges: .listed([]),
            addedTokens: strange.enumerated().map {
                AddedToken(
                    id: $0.offset, content: $0.element, isSpecial: $0.offset.isMultiple(of: 2),
                    isSingleWord: $0.offset == 1, stripsLeft: $0.offset == 3,
                    stripsRight: $0.offset == 5, isNormalized: $0.offset == 7)
            },
            preTokenizer: PreTokenizer(digits: .runs, pattern: nil), normalization: .nfc)
        let again = try BytePairTokenizer(tokenizerJSON: tokenizer.tokenizerJSON())
        #expect(
            strange.indices.map { again.tokenBytes($0) } == strange.map { Array($0.utf8) })
        #expect(again.tokenizerJSON() == tokenizer.tokenizerJSON())
    }

    @Test func `a beginning of sequence is put before texts again`() throws {
        let tokenizer = try BytePairTokenizer(
            vocabulary: ["a", "<s>"], merges: .listed([]),
            addedTokens: [AddedToken(id: 1, content: "<s>", isSpecial: true)],
            preTokenizer: PreTokenizer(pattern: .gpt2), unknown: 0, beginningOfSequence: 1,
            addsBeginningOfSequence: true)
        let again = try BytePairTokenizer(tokenizerJSON: tokenizer.tokenizerJSON())
        #expect(again.encode("aa?", addingSpecial: true) == [1, 0, 0, 0])
        #expect(again.beginningOfSequence == 1)
    }
}
