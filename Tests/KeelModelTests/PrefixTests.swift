import KeelLanguage
import KeelModel
import KeelTensor
import KeelTokenizer
import Testing

/// What is read once must count as if it had been read each time.
@Suite struct PrefixTests {
    @Test func `completions scored together come out as each alone`() async throws {
        let chat = try await Golden.tinyChat()
        let prompt = Prompt.text("keel")
        let texts = ["abc", "", "a", "a longer one, for the mask", "abd"]
        let together = try await chat.score(texts, after: prompt)
        for (text, score) in zip(texts, together) {
            let alone = try await chat.score(text, after: prompt)
            #expect(alone.tokens == score.tokens && alone.usage == score.usage)
            expectClose(
                [score.logprobs.map(Float.init)], [alone.logprobs.map(Float.init)], within: 1e-4)
        }
    }

    @Test func `each scored completion is what a plain forward pass gives`() async throws {
        let chat = try await Golden.tinyChat()
        let texts = ["one", "another"]
        let scores = try await chat.score(texts, after: .text("keel"))
        let expected = try await chat.withModel { language in
            try texts.map { text in
                let prefix = try language.encode(.text("keel"))
                let tokens = language.tokenizer.encode(text)
                let all = try language.logits(prefix + tokens).logSoftmax().rows()
                return tokens.indices.map { all[prefix.count - 1 + $0][tokens[$0]] }
            }
        }
        expectClose(scores.map { $0.logprobs.map(Float.init) }, expected, within: 1e-4)
    }

    @Test(arguments: [1, 2])
    func `a conversation goes on as if it were read afresh, at any worker`(_ workers: Int)
        async throws
    {
        let greedy = SamplingOptions(temperature: 0, maxTokens: 12)
        let used = try await Golden.tinyChat(workers: workers)
        var text = "keel"
        for _ in 0..<4 {
            let answer = try await used.complete(.text(text), options: greedy)
            text += answer.text + " and"
            let fresh = try await Golden.tinyChat()
            let next = Prompt.text(text)
            let known = try await used.score(["a", "bc"], after: next)
            let read = try await fresh.score(["a", "bc"], after: next)
            expectClose(
                known.map { $0.logprobs.map(Float.init) }, read.map { $0.logprobs.map(Float.init) },
                within: 1e-4)
            let again = try await fresh.complete(next, options: greedy)
            #expect(try await used.complete(next, options: greedy).tokens == again.tokens)
        }
    }

    /// Its keys and values are remembered as float16; float noise can move one to the next float16.
    @Test(.enabled(if: DefaultModel.isInstalled, DefaultModel.reason))
    func `what is remembered does not decide what follows, on the default model`() async throws {
        func logprobs(_ chat: LocalChatModel, _ prompt: Prompt) async throws -> [Float] {
            var all: [Float] = []
            let options = SamplingOptions(temperature: 0, maxTokens: 6)
            for try await event in chat.stream(
                prompt, samples: 0..<1, options: options, logprobs: 0)
            {
                if case .piece(_, _, let tokens) = event {
                    all += tokens.map { Float($0.drawn.logprob) }
                }
            }
            return all
        }
        let used = try await LocalChatModel(ModelReference(ModelCatalogue.defaultAlias))
        let question = Message.user("Name three colours.")
        let answer = try await used.complete(
            .messages([question]), options: SamplingOptions(temperature: 0, maxTokens: 24))
        let next = Prompt.messages([question, .assistant(answer.text), .user("And three more?")])
        let fresh = try await LocalChatModel(ModelReference(ModelCatalogue.defaultAlias))
        expectClose(
            [try await logprobs(used, next)], [try await logprobs(fresh, next)], within: 4e-4)
    }

    private func memory(_ count: Int) throws -> KeyValues {
        let ones = try Tensor.zeros([1, 1, count, 4])
        return KeyValues(keys: [ones], values: [ones])
    }

    @Test func `only a text that goes beyond an answered prompt continues it`() throws {
        var cache = PrefixCache(limit: 1 << 20)
        try cache.insert([1, 2, 3, 4, 5], promptCount: 3, memory(5))
        #expect(try cache.memory(of: [1, 2, 3]) == nil)
        #expect(try cache.memory(of: [1, 2, 3, 9]) == nil)
        #expect(try cache.memory(of: [7, 1, 2, 3, 4, 5, 6]) == nil)
        // The last token is always read, since its logits are wanted.
        #expect(try cache.memory(of: [1, 2, 3, 4, 5])?.count == 4)
        #expect(try cache.memory(of: [1, 2, 3, 4, 9, 9])?.count == 4)
        #expect(try cache.memory(of: [1, 2, 3, 4, 5, 6])?.count == 5)
    }

    @Test func `a continuation takes the place of what it continues`() throws {
        var cache = PrefixCache(limit: 1 << 20)
        try cache.insert([1, 2, 3, 4, 5], promptCount: 3, memory(5))
        try cache.insert([1, 2, 3, 4, 5, 6, 7, 8], promptCount: 7, memory(8))
        #expect(try cache.memory(of: [1, 2, 3, 4, 9])?.count == 4)
        #expect(try cache.memory(of: [1, 2, 3, 4, 5, 6, 7, 8, 9])?.count == 8)
    }

    @Test func `what was used longest ago is forgotten first`() throws {
        // Room for two texts of four tokens: 2 tensors x 4 positions x 4 numbers x 4 bytes each.
        var cache = PrefixCache(limit: 256)
        try cache.insert([1, 1, 1, 1], promptCount: 1, memory(4))
        try cache.insert([2, 2, 2, 2], promptCount: 1, memory(4))
        #expect(try cache.memory(of: [1, 1, 1, 1, 1])?.count == 4)
        try cache.insert([3, 3, 3, 3], promptCount: 1, memory(4))
        #expect(try cache.memory(of: [2, 2, 2, 2, 2]) == nil)
        #expect(try cache.memory(of: [1, 1, 1, 1, 1])?.count == 4)
        // Larger than all there is room for.
        try cache.insert([4, 4, 4, 4, 4, 4, 4, 4, 4], promptCount: 1, memory(9))
        #expect(try cache.memory(of: [4, 4, 4, 4]) == nil)
        #expect(try cache.memory(of: [3, 3, 3, 3, 3])?.count == 4)
    }
}
