internal import Foundation
public import KeelLanguage
internal import Synchronization

/// A chat model behind an address that speaks OpenAI's or Anthropic's API.
///
/// Each sample is a request of its own with a seed of its own, so that sample `k` does not depend
/// on which others are asked for; how far a server keeps to a seed is its own affair. Requests wait
/// for one another beyond the limit of `RemoteLimits`, are sent again after failures that pass, and
/// end at once when their task is cancelled. An answer that is cut, filtered, empty of choices or of
/// another shape is an error.
public final class RemoteChatModel: ChatModel {
    /// Where it is, with the name of the model in any case.
    public let address: RemoteAddress
    /// What decides the answers as far as it can be known: address, API, and what the server says.
    public let facts: [String: String]
    private let server: RemoteServer
    private let scoring: RemoteScoring
    private let model: String
    private let wire: Mutex<any Wire>

    public var name: String { address.description }

    /// Connects to a model: finds out its name where none is given, and asks for one short answer,
    /// so that a wrong address, key or name shows now.
    ///
    /// The key is looked for in the environment: `KEEL_API_KEY`, then `OPENAI_API_KEY` or
    /// `ANTHROPIC_API_KEY`.
    /// - Parameters:
    ///   - address: Where the model is.
    ///   - limits: How much is asked at a time.
    /// - Returns: A model that has answered.
    /// - Throws: `RemoteError`, `CancellationError`.
    public static func connect(
        to address: RemoteAddress, limits: RemoteLimits
    ) async throws -> RemoteChatModel {
        try await connect(
            to: address, limits: limits, environment: ProcessInfo.processInfo.environment
        ) { try await Task.sleep(for: $0) }
    }

    package static func connect(
        to address: RemoteAddress, limits: RemoteLimits, environment: [String: String],
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) async throws -> RemoteChatModel {
        let key = try APIKey(for: address, in: environment)
        let server = RemoteServer(address, key: key, limits: limits, sleep: sleep)
        let listed = try await server.listedModel()
        guard let model = address.model ?? listed?.id else {
            throw RemoteError(
                address.description, .unusable("Name the model: \(address.base)#NAME."))
        }
        var resolved = address
        resolved.model = model
        var facts = ["address": address.base, "api": address.api.rawValue]
        facts["server"] = listed?.ownedBy
        let wire: any Wire =
            address.api == .openAI
            ? OpenAIWire(dialect: OpenAIDialect(owner: listed?.ownedBy)) : AnthropicWire()
        let draft = RemoteChatModel(resolved, model, server, wire, facts)
        facts["server model"] = try await draft.greet()
        return RemoteChatModel(resolved, model, server, draft.wire.withLock { $0 }, facts)
    }

    private init(
        _ address: RemoteAddress, _ model: String, _ server: RemoteServer, _ wire: any Wire,
        _ facts: [String: String]
    ) {
        self.address = address
        self.model = model
        self.server = server
        self.wire = Mutex(wire)
        self.facts = facts
        scoring = RemoteScoring(server: server, model: model)
    }

    /// Asks for each sample by a request of its own, all side by side within `RemoteLimits`.
    /// - Throws: `LanguageError.invalidOption`; `RemoteError` of the first sample that fails; `CancellationError`.
    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws -> [Completion]
    {
        try options.validate()
        return try await withThrowingTaskGroup(of: (Int, Completion).self) { group in
            for sample in samples {
                group.addTask {
                    let answer = try await self.answer(
                        prompt, seed: Self.seed(options, sample), options)
                    return (sample, try self.completion(answer))
                }
            }
            var completions: [Int: Completion] = [:]
            for try await (sample, completion) in group { completions[sample] = completion }
            return samples.compactMap { completions[$0] }
        }
    }

    /// Log-probabilities beside the pieces come from OpenAI's API, for conversations.
    /// - Throws: While iterating: `RemoteError`, `CancellationError`.
    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try options.validate()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for sample in samples {
                            group.addTask {
                                let answer = try await self.answer(
                                    prompt, sample: sample, options, logprobs: logprobs
                                ) { piece in
                                    continuation.yield(
                                        .piece(
                                            sample: sample, text: piece.text, tokens: piece.tokens))
                                }
                                continuation.yield(
                                    .finished(sample: sample, try self.completion(answer)))
                            }
                        }
                        try await group.waitForAll()
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Log-probabilities of completions, from a server that gives those of a text it is handed.
    ///
    /// vLLM does, for conversations and text; servers whose completions echo the prompt with its
    /// log-probabilities do for text.
    /// - Throws: `RemoteError`, with `unusable` where the server can't.
    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        guard address.api == .openAI else {
            throw RemoteScoring.unsupported(address, "Anthropic's API has no such call")
        }
        var scores: [Score] = []
        for completion in completions {
            scores.append(try await scoring.score(completion, after: prompt))
        }
        return scores
    }

    private func answer(
        _ prompt: Prompt, seed: UInt64, _ options: SamplingOptions
    ) async throws -> WireAnswer {
        try await adapting { wire in
            let request = try wire.request(
                prompt, model: model, seed: seed, options: options, logprobs: nil,
                isStream: false)
            return try await server.call(request.path, body: request.body) {
                data throws(WireError) in try wire.answer(from: data, to: prompt)
            }
        }
    }

    /// An answer that comes in pieces.
    private func answer(
        _ prompt: Prompt, sample: Int, _ options: SamplingOptions, logprobs: Int?,
        onPiece: @escaping @Sendable (WirePiece) -> Void
    ) async throws -> WireAnswer {
        try await adapting { wire in
            let request = try wire.request(
                prompt, model: model, seed: Self.seed(options, sample), options: options,
                logprobs: logprobs, isStream: true)
            return try await server.stream(
                request, into: wire.stream(of: prompt), onPiece: onPiece)
        }
    }

    /// Asks, and once more where the server wants the limit on tokens by its newer name.
    private func adapting<Value>(
        _ body: (any Wire) async throws -> Value
    ) async throws -> Value {
        do {
            do {
                return try await body(wire.withLock { $0 })
            } catch let error as RemoteError {
                guard case .refused(400, let message) = error.reason,
                    message.contains("max_completion_tokens"), learnNewerName()
                else { throw error }
                return try await body(wire.withLock { $0 })
            }
        } catch let error as WireError {
            throw RemoteError(name, error.reason)
        }
    }

    /// - Returns: Whether there is something to try again with.
    private func learnNewerName() -> Bool {
        wire.withLock { wire in
            guard var openAI = wire as? OpenAIWire else { return false }
            openAI.dialect.saysMaxCompletionTokens = true
            wire = openAI
            return true
        }
    }

    private func completion(_ answer: WireAnswer) throws(RemoteError) -> Completion {
        do throws(WireError) {
            return try answer.completion()
        } catch {
            throw RemoteError(name, error.reason)
        }
    }

    /// Asks for one short answer, of raw text where the model has no chat template.
    /// - Returns: The model that the server says has answered.
    private func greet() async throws -> String? {
        let options = SamplingOptions(maxTokens: 16)
        do {
            return try await answer(.user("Hello"), seed: 0, options).model
        } catch let error as RemoteError {
            guard case .refused(400, _) = error.reason, address.api == .openAI else { throw error }
            guard let answer = try? await answer(.text("Hello"), seed: 0, options) else {
                throw error
            }
            return answer.model
        }
    }

    /// A seed that depends on the options' seed and on the sample's number alone.
    ///
    /// The mixing is SplitMix64's, as for a local model. It has 31 bits: servers disagree on more.
    static func seed(_ options: SamplingOptions, _ sample: Int) -> UInt64 {
        func mix(_ value: UInt64) -> UInt64 {
            var z = value &+ 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        return mix(mix(options.seed) &+ UInt64(truncatingIfNeeded: sample)) >> 33
    }
}
