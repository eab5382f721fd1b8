import KeelLanguage
import KeelModel
import KeelTensor
import KeelTokenizer
import Testing

/// One text, computed in different ways, must come out the same.
@Suite struct AgreementTests {
    @Test func `rows of a batch padded at their end agree with each row alone`() throws {
        let texts = [[1, 2, 3, 4, 5, 6, 7], [9, 8, 7], [100]]
        try expectAgreement(of: texts, in: Golden.tiny(), within: 1e-4)
    }

    @Test(.enabled(if: DefaultModel.isInstalled, DefaultModel.reason))
    func `a batch of 16 agrees with each row alone, on the default model`() throws {
        let language = try DefaultModel.load()
        let texts = (1...16).map { number in
            language.tokenizer.encode(
                String(repeating: "Boat \(number) has a keel. ", count: 1 + number / 2))
        }
        try expectAgreement(of: texts, in: language, within: 1e-3)
    }

    private func expectAgreement(
        of texts: [[Int]], in language: LanguageModel, within tolerance: Float
    ) throws {
        let width = texts.map(\.count).max() ?? 0
        let padded = texts.flatMap { $0 + Array(repeating: 0, count: width - $0.count) }
        try Engine.withoutGradients {
            let hidden = try language.model(Tensor(padded, shape: [texts.count, width]))
            for (row, text) in texts.enumerated() {
                let own = try language.model.logits(
                    hidden.selected(0, row).narrowed(0, 0..<text.count))
                expectClose(try own.rows(), try language.logits(text).rows(), within: tolerance)
            }
        }
    }

    /// Keys and values of what is written are remembered as float16 (docs/decisions.md), so the two
    /// differ by more than the order of sums.
    @Test(.enabled(if: DefaultModel.isInstalled, DefaultModel.reason))
    func `16 texts written at once agree with plain passes, on the default model`()
        async throws
    {
        struct Written: Sendable {
            var prompt: Prompt
            var tokens: [Int] = []
            var logprobs: [Float] = []
        }
        let chat = try await LocalChatModel(
            ModelReference(ModelCatalogue.defaultAlias), maxBatch: 16)
        let options = SamplingOptions(maxTokens: 12, seed: 3)
        let written = try await withThrowingTaskGroup(of: Written.self) { group in
            for number in 1...16 {
                group.addTask {
                    let question = String(repeating: "And then? ", count: number)
                    var one = Written(prompt: .user(question + "Say \(number)."))
                    for try await event in chat.stream(
                        one.prompt, samples: 0..<1, options: options, logprobs: 0)
                    {
                        switch event {
                        case .piece(_, _, let drawn):
                            one.logprobs += drawn.map { Float($0.drawn.logprob) }
                        case .finished(_, let completion): one.tokens = completion.tokens
                        }
                    }
                    return one
                }
            }
            var all: [Written] = []
            for try await one in group { all.append(one) }
            return all
        }
        #expect(written.count == 16 && written.contains { $0.tokens.count > 4 })
        let plain = try await chat.withModel { language in
            try written.map { one in
                let prefix = try language.encode(one.prompt)
                let all = try language.logits(prefix + one.tokens).logSoftmax().rows()
                return one.tokens.indices.map { all[prefix.count - 1 + $0][one.tokens[$0]] }
            }
        }
        expectClose(
            written.map { Array($0.logprobs.prefix($0.tokens.count)) }, plain, within: 2e-2)
    }

    @Test func `greedy decoding follows the arg-max of plain forward passes`() async throws {
        let chat = try await Golden.tinyChat()
        let prompt = Prompt.text("keel")
        let completion = try await chat.complete(
            prompt, options: SamplingOptions(temperature: 0, maxTokens: 24))
        #expect(completion.tokens.count == 24 || completion.finish == .stop)
        let expected = try await chat.withModel { language in
            var tokens = try language.encode(prompt)
            let start = tokens.count
            for _ in 0..<completion.tokens.count {
                let logits = try language.logits(tokens)
                tokens.append(try logits.argmax(-1).array(Int.self)[tokens.count - 1])
            }
            return Array(tokens[start...])
        }
        #expect(completion.tokens == expected)
    }

    @Test(.enabled(if: DefaultModel.isInstalled, DefaultModel.reason))
    func `scores are the log-probabilities generation draws from, on the default model`()
        async throws
    {
        let chat = try await LocalChatModel(ModelReference(ModelCatalogue.defaultAlias))
        let prompt = Prompt.user("Name three colours.")
        let completion = try await chat.complete(
            prompt, options: SamplingOptions(temperature: 0, maxTokens: 16))
        let score = try await chat.score(completion.text, after: prompt)
        #expect(score.tokens == completion.tokens)
        // Greedy tokens are the most probable ones, so their scores must be the greatest there are.
        let best = try await chat.withModel { language in
            let prefix = try language.encode(prompt)
            let logits = try language.logits(prefix + completion.tokens)
            let all = try logits.logSoftmax().max(-1).array(Float.self)
            return all[(prefix.count - 1)..<(prefix.count - 1 + completion.tokens.count)].map { $0 }
        }
        expectClose([score.logprobs.map(Float.init)], [best], within: 1e-3)
    }

    @Test func `scoring a completion needs no more than its own tokens`() async throws {
        let chat = try await Golden.tinyChat()
        let score = try await chat.score("abc", after: .text("x"))
        #expect(score.tokens.count == 3)
        #expect(score.logprobs.allSatisfy { $0 < 0 })
        #expect(abs(score.mean - score.sum / 3) < 1e-12)
        #expect(
            try await chat.score("", after: .text("x"))
                == Score(tokens: [], logprobs: [], usage: .zero))
        await #expect(throws: LanguageError.self) { try await chat.score("a", after: .text("")) }
    }
}
