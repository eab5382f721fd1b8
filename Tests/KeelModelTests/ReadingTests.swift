import KeelLanguage
import KeelModel
import KeelTensor
import Synchronization
import Testing

/// What is read off a model while it writes.
@Suite struct ReadingTests {
    private func vector(_ chat: LocalChatModel, seed: UInt64) async throws -> [Float] {
        try await chat.withModel {
            try Tensor.normal(
                [$0.model.configuration.hiddenSize], generator: RandomGenerator(seed: seed)
            ).array()
        }
    }

    /// Shares of a direction at all positions of a text, by one plain pass.
    private func shares(
        _ chat: LocalChatModel, _ tokens: [Int], _ reading: Reading, steering: [Steering] = []
    ) async throws -> [Float] {
        try await chat.withModel { language in
            var hooks = Hooks()
            for one in steering { hooks.steer(one) }
            let x = try language.model.activations(
                at: [.residPost(layer: reading.layer)],
                of: Tensor(tokens, shape: [1, tokens.count]), hooks: hooks)[0]
            let v = try Tensor(reading.vector)
            return try ((x * v).sum(-1) / (v * v).sum()).reshaped(-1).array()
        }
    }

    private func direction(_ name: String, _ vector: [Float], layer: Int)
        -> SteeredChatModel.Direction
    {
        .init(
            CharacterDirection(name: name), vectors: [layer: vector],
            reading: Reading(vector: vector, layer: layer))
    }

    @Test func `a token's reading is that of the stream it was drawn from, whoever else is asked`()
        async throws
    {
        let chat = try await Golden.tinyChat()
        let first = try await vector(chat, seed: 1), second = try await vector(chat, seed: 2)
        let model = SteeredChatModel(
            chat,
            directions: [direction("one", first, layer: 1), direction("two", second, layer: 0)])
        let other = SteeredChatModel(chat, directions: [direction("two", second, layer: 1)])
        let prompt = Prompt.text("the keel holds")
        let options = SamplingOptions(temperature: 1, maxTokens: 9, seed: 3)
        async let plain = chat.complete(prompt, samples: 0..<2, options: options)
        async let otherwise = other.complete(prompt, samples: 0..<2, options: options)
        let answers = try await model.complete(prompt, samples: 0..<2, options: options)
        #expect(try await plain.map(\.tokens) == answers.map(\.tokens))
        #expect(try await plain.allSatisfy { $0.readings == nil })
        #expect(try await otherwise.allSatisfy { $0.readings?.first?.values.count == 1 })

        let start = try await chat.withModel { try $0.encode(prompt) }
        for answer in answers {
            let readings = try #require(answer.readings)
            #expect(readings.map(\.text).joined() == answer.text)
            let text = start + answer.tokens
            for (place, reading) in [
                Reading(vector: first, layer: 1), Reading(vector: second, layer: 0),
            ].enumerated() {
                let expected = try await shares(chat, text, reading)
                for (index, token) in readings.enumerated() {
                    let difference = Float(token.values[place]) - expected[start.count - 1 + index]
                    #expect(abs(difference) < 2e-3)
                }
            }
        }
    }

    @Test func `a prompt's reading is told once, before the first event, and changes no answer`()
        async throws
    {
        let chat = try await Golden.tinyChat()
        let v = try await vector(chat, seed: 1)
        let model = SteeredChatModel(
            chat, directions: [direction("one", v, layer: 1)],
            probe: Reading(vector: v, layer: 1))
        let prompt = Prompt.text("the keel holds")
        let options = SamplingOptions(temperature: 1, maxTokens: 5, seed: 3)
        let told = Mutex<[Double]>([])
        var texts: [Int: String] = [:]
        let events = model.stream(
            prompt, samples: 0..<3, options: options, logprobs: nil,
            onPrompt: { value in told.withLock { $0.append(value) } })
        for try await event in events {
            #expect(told.withLock { $0.count } == 1)
            if case .finished(let sample, let answer) = event { texts[sample] = answer.text }
        }
        let value = try #require(told.withLock { $0.first })
        let plain = try await model.complete(prompt, samples: 0..<3, options: options)
        #expect(plain.map(\.text) == (0..<3).compactMap { texts[$0] })
        let expected = plain.compactMap { $0.readings?.first?.values.first }
        #expect(!expected.isEmpty && expected.allSatisfy { abs($0 - value) < 1e-4 })

        // Of a stream that is pushed, the probe would say what it has not learnt.
        let changed = try model.steered(by: ["one": 1])
        let pushed = try #require(changed as? any PromptReadableChatModel)
        let quiet = pushed.stream(
            prompt, samples: 0..<1, options: options, logprobs: nil,
            onPrompt: { _ in Issue.record("a pushed stream was read") })
        for try await _ in quiet {}
        let other = SteeredChatModel(chat, probe: Reading(vector: [1], layer: 0))
        let refused = other.stream(
            prompt, samples: 0..<1, options: options, logprobs: nil, onPrompt: { _ in })
        await #expect(throws: ModelError.self) { for try await _ in refused {} }
    }

    @Test func `pushed along a direction, the stream lies farther along it by as much`()
        async throws
    {
        let chat = try await Golden.tinyChat()
        let v = try await vector(chat, seed: 1)
        let model = SteeredChatModel(chat, directions: [direction("kind", v, layer: 1)])
        let prompt = Prompt.text("the keel holds")
        let options = SamplingOptions(temperature: 0, maxTokens: 1)
        let plain = try await model.complete(prompt, options: options)
        let pushed = try await model.steered(by: ["kind": 0.75]).complete(prompt, options: options)
        let difference =
            try #require(pushed.readings?.first?.values.first)
            - #require(plain.readings?.first?.values.first)
        #expect(abs(difference - 0.75) < 1e-4)
    }

    @Test func `a direction that is not there, or fits no model, is refused in words`() async throws
    {
        let chat = try await Golden.tinyChat()
        let v = try await vector(chat, seed: 1)
        let model = SteeredChatModel(chat, directions: [direction("kind", v, layer: 1)])
        let refusal = #expect(throws: LanguageError.self) {
            try model.steered(by: ["rude": 1])
        }
        #expect(refusal?.description.contains("kind") == true)
        for wrong in [direction("short", [1, 2], layer: 1), direction("deep", v, layer: 9)] {
            await #expect(throws: ModelError.self) {
                try await SteeredChatModel(chat, directions: [wrong]).complete(.text("a"))
            }
        }
    }
}
