public import KeelLanguage

/// A model on this machine whose residual stream is changed, for these calls only.
///
/// Others may talk to the same model, steered otherwise or not at all, in the same batch.
public struct SteeredChatModel: ChatModel {
    private let base: LocalChatModel
    private let steering: [Steering]

    public init(_ base: LocalChatModel, steering: [Steering]) {
        self.base = base
        self.steering = steering
    }

    public var name: String { base.name }

    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws -> [Completion]
    {
        try await base.complete(prompt, samples: samples, options: options, steering: steering)
    }

    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        base.stream(
            prompt, samples: samples, options: options, logprobs: logprobs, steering: steering)
    }

    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        try await base.score(completions, after: prompt, steering: steering)
    }
}
