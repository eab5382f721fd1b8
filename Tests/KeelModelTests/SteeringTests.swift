import KeelLanguage
import KeelModel
import KeelTensor
import Testing

/// Changes of the residual stream while a model runs.
@Suite struct SteeringTests {
    private func vector(_ language: LanguageModel, seed: UInt64 = 7) throws -> [Float] {
        let width = language.model.configuration.hiddenSize
        return try Tensor.normal([width], generator: RandomGenerator(seed: seed)).array()
    }

    /// What leaves a block under steering.
    private func stream(_ language: LanguageModel, _ steering: [Steering], layer: Int) throws
        -> Tensor
    {
        var hooks = Hooks()
        for one in steering { hooks.steer(one) }
        let tokens = try Tensor([5, 9, 200, 3], shape: [1, 4])
        return try language.model.activations(
            at: [.residPost(layer: layer)], of: tokens, hooks: hooks)[0]
    }

    @Test func `adding, removing and clamping do what they say`() throws {
        let language = try Golden.tiny()
        let v = try vector(language)
        let tensor = try Tensor(v)
        let length = try tensor.norm().item()
        func steered(_ action: Steering.Action) throws -> Tensor {
            try stream(language, [Steering(vector: v, layer: 0, action: action)], layer: 0)
        }
        let plain = try stream(language, [], layer: 0)
        #expect(try (steered(.add(0.5)) - plain - tensor * 0.5).abs().max().item() < 1e-5)
        func share(_ x: Tensor) throws -> [Float] {
            try ((x * tensor).sum(-1) / length).reshaped(-1).array()
        }
        for value in try share(steered(.remove)) { #expect(abs(value) < 1e-5) }
        for value in try share(steered(.clamp(2))) {
            #expect(abs(value - 2 * Float(length)) < 1e-4)
        }
        // What is not along the direction is left alone.
        let u = try tensor / length
        func rest(_ x: Tensor) throws -> Tensor { try x - (x * u).sum(-1, keeping: true) * u }
        #expect(try (rest(steered(.remove)) - rest(plain)).abs().max().item() < 1e-5)
        #expect(try (rest(steered(.clamp(-1))) - rest(plain)).abs().max().item() < 1e-5)
    }

    @Test func `each request in a batch is steered by itself`() async throws {
        let chat = try await Golden.tinyChat(maxBatch: 8)
        let v = try await chat.withModel { try vector($0) }
        let options = SamplingOptions(temperature: 1, maxTokens: 12, seed: 3)
        let kinds: [[Steering]] = [
            [], [Steering(vector: v, layer: 0, action: .add(3))],
            [Steering(vector: v, layer: 1, action: .remove)],
            [
                Steering(vector: v, layer: 0, action: .clamp(2), positions: .answer),
                Steering(vector: v, layer: 1, action: .add(-2), positions: .answer),
            ],
        ]
        let prompt = Prompt.text("the keel holds")
        var alone: [[Completion]] = []
        for steering in kinds {
            alone.append(
                try await chat.complete(
                    prompt, samples: 0..<2, options: options, steering: steering))
        }
        #expect(Set(alone.map { $0.map(\.tokens) }).count == kinds.count)
        let together = try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
            for (index, steering) in kinds.enumerated() {
                group.addTask {
                    (
                        index,
                        try await SteeredChatModel(chat, steering: steering).complete(
                            prompt, samples: 0..<2, options: options)
                    )
                }
            }
            return try await group.reduce(into: [Int: [Completion]]()) { $0[$1.0] = $1.1 }
        }
        for index in kinds.indices { #expect(together[index] == alone[index]) }
    }

    @Test func `an answer is written as it is scored`() async throws {
        // Greedy tokens of a steered model are the likeliest under the same steering, at all tokens
        // or from the answer on, so generation token by token and one whole pass agree.
        let chat = try await Golden.tinyChat()
        let v = try await chat.withModel { try vector($0) }
        for positions in Steering.Positions.allCases {
            let steering = Steering(
                vector: v, layer: 0, action: .add(2), positions: positions)
            let answer = try await chat.complete(
                .text("abc"), samples: 0..<1,
                options: SamplingOptions(temperature: 0, maxTokens: 8), steering: [steering])[0]
            let best = try await chat.withModel { language in
                let prompt = try language.encode(.text("abc"))
                let all = prompt + answer.tokens
                var hooks = Hooks()
                let mask = try Tensor(
                    all.indices.map { Float($0 >= prompt.count - 1 ? 1 : 0) },
                    shape: [1, all.count, 1])
                hooks.steer(steering, mask: positions == .answer ? mask : nil)
                let logits = try language.logits(all, hooks: hooks)
                return try logits.argmax(1).array(Int64.self)[(prompt.count - 1)...]
                    .prefix(answer.tokens.count).map(Int.init)
            }
            #expect(best == answer.tokens)
        }
    }

    @Test func `scores under steering are those of the steered pass`() async throws {
        let language = try Golden.tiny()
        let steering = Steering(vector: try vector(language), layer: 1, action: .add(1.5))
        let scores = try language.score(
            ["xy", "z"], after: .text("abc"), steering: [steering])
        let plain = try language.score(["xy", "z"], after: .text("abc"))
        #expect(scores[0].logprobs != plain[0].logprobs)
        var hooks = Hooks()
        hooks.steer(steering)
        let prompt = try language.encode(.text("abc"))
        let logits = try language.logits(prompt + scores[0].tokens, hooks: hooks).logSoftmax()
        for (index, token) in scores[0].tokens.enumerated() {
            let expected = try logits.selected(0, prompt.count - 1 + index).array(Float.self)[token]
            #expect(abs(Double(expected) - scores[0].logprobs[index]) < 1e-4)
        }
    }

    @Test func `steering that does not fit is refused`() async throws {
        let language = try Golden.tiny()
        let v = try vector(language)
        let bad = [
            Steering(vector: v, layer: 2, action: .remove),
            Steering(vector: v, layer: -1, action: .remove),
            Steering(vector: Array(v.dropLast()), layer: 0, action: .remove),
            Steering(vector: v.map { _ in 0 }, layer: 0, action: .remove),
            Steering(vector: v.map { _ in .nan }, layer: 0, action: .remove),
            Steering(vector: v, layer: 0, action: .add(.infinity)),
        ]
        let chat = try await Golden.tinyChat()
        for steering in bad {
            #expect(throws: ModelError.self) {
                try language.score(["a"], after: .text("b"), steering: [steering])
            }
            await #expect(throws: ModelError.self) {
                try await chat.complete(
                    .text("b"), samples: 0..<1, options: .greedy, steering: [steering])
            }
        }
    }
}
