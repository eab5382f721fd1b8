import Foundation
import KeelTokenizer
import Testing

/// Tokenizers over scalars with bytes for what is left, as of Llama 2, Mistral and Gemma
/// (Scripts/goldens/sentencepiece.py).
@Suite struct SentencePieceTests {
    private static let pipelines = [
        "gemma", "gemma-runs", "llama2", "first", "always", "never", "first-marked",
        "always-marked", "llama2-marked",
    ]

    private func tokenizer(_ pipeline: String) throws -> BytePairTokenizer {
        var file = try Golden.object(Golden.data("sentencepiece.json"))
        let pipelines = try Golden.object(Golden.data("sentencepiece-pipelines.json"))
        let components = try #require(pipelines[pipeline] as? [String: Any])
        for (key, value) in components { file[key] = value }
        return try BytePairTokenizer(tokenizerJSON: JSONSerialization.data(withJSONObject: file))
    }

    /// The same as llama.cpp's files have it, the order of merges said by scores alone.
    private func scored(addsSpace: Bool) throws -> BytePairTokenizer {
        let file = try Golden.object(Golden.data("sentencepiece.json"))
        let model = try #require(file["model"] as? [String: Any])
        let vocabulary = try #require(model["vocab"] as? [String: Int])
        var tokens = [String](repeating: "", count: vocabulary.count)
        for (token, id) in vocabulary { tokens[id] = token }
        return try BytePairTokenizer(
            tokens: tokens, scores: tokens.indices.map { -Double($0) },
            tokenTypes: tokens.indices.map { $0 == 0 ? 2 : $0 < 4 ? 3 : $0 < 260 ? 6 : 1 },
            addsSpace: addsSpace, beginningOfSequence: 1, endOfSequence: 2,
            addsBeginningOfSequence: true)
    }

    private func rows(_ pipeline: String) throws -> [Golden.Encoding] {
        try Golden.lines("sentencepiece-encodings.jsonl", as: Golden.Encoding.self)
            .filter { $0.pipeline == pipeline }
    }

    private func expect(
        _ tokenizer: BytePairTokenizer, gives rows: [Golden.Encoding],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(rows.count > 150, sourceLocation: sourceLocation)
        for row in rows {
            #expect(
                tokenizer.encode(row.text, parsingSpecial: true) == row.ids,
                "\(row.text.debugDescription)", sourceLocation: sourceLocation)
            #expect(
                tokenizer.encode(row.text) == row.plain ?? row.ids,
                "\(row.text.debugDescription)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: pipelines) func `ids are those of tokenizers`(pipeline: String) throws {
        try expect(tokenizer(pipeline), gives: rows(pipeline))
    }

    @Test(arguments: ["gemma", "llama2"]) func `scores alone give the same ids`(pipeline: String)
        throws
    {
        try expect(scored(addsSpace: pipeline == "llama2"), gives: rows(pipeline))
    }

    @Test(arguments: pipelines) func `a tokenizer that was written is the one that is read`(
        pipeline: String
    ) throws {
        let again = try BytePairTokenizer(tokenizerJSON: tokenizer(pipeline).tokenizerJSON())
        try expect(again, gives: rows(pipeline))
        #expect(again.encode("a", addingSpecial: true).first == 1)
    }

    @Test(arguments: [true, false]) func `one of scores is written with its merges`(
        addsSpace: Bool
    ) throws {
        let again = try BytePairTokenizer(
            tokenizerJSON: scored(addsSpace: addsSpace).tokenizerJSON())
        try expect(again, gives: rows(addsSpace ? "llama2" : "gemma"))
    }

    @Test(arguments: ["gemma", "llama2"]) func `one that is written as GGUF gives the same ids`(
        pipeline: String
    ) throws {
        let tokenizer = try tokenizer(pipeline)
        let arrays = try tokenizer.ggufArrays(count: tokenizer.vocabularySize + 3)
        #expect(arrays.model == "llama" && arrays.unknown == 0)
        #expect(arrays.tokenTypes.prefix(5) == [2, 3, 3, 3, 6])
        #expect(arrays.tokenTypes.suffix(4) == [1, 5, 5, 5])
        let again = try BytePairTokenizer(
            tokens: arrays.tokens, scores: arrays.scores, tokenTypes: arrays.tokenTypes,
            addsSpace: arrays.addsSpace, beginningOfSequence: 1, endOfSequence: 2,
            addsBeginningOfSequence: tokenizer.addsBeginningOfSequence)
        try expect(again, gives: rows(pipeline))
    }

    @Test(arguments: [
        ("first", "pre_tokenizer"), ("always", "pre_tokenizer"), ("never", "pre_tokenizer"),
        ("llama2-marked", "<mark>"), ("gemma-runs", "merges"),
    ]) func `what the arrays of GGUF cannot say is not written`(pipeline: String, part: String)
        throws
    {
        let tokenizer = try tokenizer(pipeline)
        let error = #expect(throws: TokenizerError.self) {
            try tokenizer.ggufArrays(count: tokenizer.vocabularySize)
        }
        #expect(error?.description.contains(part) == true)
    }

    @Test(arguments: pipelines)
    func `texts of ids are those of tokenizers, at once and as they come`(
        pipeline: String
    ) throws {
        struct Decoding: Decodable {
            var pipeline: String
            var ids: [Int]
            var text: String
        }
        let tokenizer = try tokenizer(pipeline)
        let rows = try Golden.lines("sentencepiece-decodings.jsonl", as: Decoding.self)
            .filter { $0.pipeline == pipeline }
        #expect(rows.count > 50)
        for row in rows {
            // `tokenizers` writes one U+FFFD for each byte of a broken run, Unicode one for each part
            // that is broken; what is whole in such a run, it gives up, and no golden has that.
            let expected = row.text.split(separator: "\u{FFFD}", omittingEmptySubsequences: true)
            let found = tokenizer.decode(row.ids)
            #expect(
                found.split(separator: "\u{FFFD}", omittingEmptySubsequences: true) == expected,
                "\(row.ids)")
            var decoder = StreamingDecoder(tokenizer)
            let streamed = row.ids.map { decoder.append($0) }.joined() + decoder.finish()
            #expect(streamed == found)
        }
    }

    @Test func `a vocabulary without all bytes is refused`() throws {
        var file = try Golden.object(Golden.data("sentencepiece.json"))
        var model = try #require(file["model"] as? [String: Any])
        var vocabulary = try #require(model["vocab"] as? [String: Int])
        vocabulary["<0x0A>"] = nil
        model["vocab"] = vocabulary
        file["model"] = model
        let error = #expect(throws: TokenizerError.self) {
            try BytePairTokenizer(tokenizerJSON: JSONSerialization.data(withJSONObject: file))
        }
        #expect(error?.description.contains("<0x0A>") == true)
    }
}
