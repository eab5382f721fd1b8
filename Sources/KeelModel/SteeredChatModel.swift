public import KeelLanguage

/// A model on this machine whose residual stream is changed, and read, for these calls only.
///
/// Others may talk to the same model, steered otherwise or not at all, in the same batch.
public struct SteeredChatModel: SteerableChatModel, PromptReadableChatModel {
    /// A direction of character, where it can be pushed along, and where it is read.
    public struct Direction: Hashable, Sendable {
        /// Its name, and mean readings without and with the trait.
        public var character: CharacterDirection
        /// `[C]` by the block whose output is pushed; their length is what strength 1 means.
        public var vectors: [Int: [Float]]
        /// What is read at each token to show where it lies.
        public var reading: Reading

        public init(
            _ character: CharacterDirection, vectors: [Int: [Float]], reading: Reading
        ) {
            self.character = character
            self.vectors = vectors
            self.reading = reading
        }

        func steering(_ strength: Double) -> [Steering] {
            vectors.sorted { $0.key < $1.key }.map {
                Steering(vector: $0.value, layer: $0.key, action: .add(strength))
            }
        }
    }

    private let base: LocalChatModel
    private let steering: [Steering]
    private let known: [Direction]
    private let probe: Reading?

    /// - Parameters:
    ///   - base: The model.
    ///   - steering: How its stream is changed.
    ///   - directions: What every answer is read along, and may be pushed along.
    ///   - probe: What is read off a prompt before its answer; what it says of a stream that is pushed
    ///     nobody has measured, so there it is not read.
    public init(
        _ base: LocalChatModel, steering: [Steering] = [], directions: [Direction] = [],
        probe: Reading? = nil
    ) {
        self.base = base
        self.steering = steering
        known = directions
        self.probe = steering.isEmpty ? probe : nil
    }

    public var name: String { base.name }
    public var directions: [CharacterDirection] { known.map(\.character) }

    public func steered(by strengths: [String: Double]) throws(LanguageError) -> any ChatModel {
        var steering = steering
        for (name, strength) in strengths.sorted(by: { $0.key < $1.key }) {
            guard let direction = known.first(where: { $0.character.name == name }) else {
                let names = known.map(\.character.name).joined(separator: ", ")
                throw .invalidOption(
                    field: "direction", value: name,
                    expected: names.isEmpty ? "nothing: this model has none" : "one of \(names)")
            }
            steering += direction.steering(strength)
        }
        return Self(base, steering: steering, directions: known, probe: probe)
    }

    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws -> [Completion]
    {
        try await base.complete(
            prompt, samples: samples, options: options, steering: steering,
            readings: known.map(\.reading))
    }

    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        base.stream(
            prompt, samples: samples, options: options, logprobs: logprobs, steering: steering,
            readings: known.map(\.reading))
    }

    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?,
        onPrompt: @escaping @Sendable (Double) -> Void
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        base.stream(
            prompt, samples: samples, options: options, logprobs: logprobs, steering: steering,
            readings: known.map(\.reading),
            promptReading: probe.map { PromptReading($0, onRead: onPrompt) })
    }

    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        try await base.score(completions, after: prompt, steering: steering)
    }

    /// Runs `body` with the model itself, unsteered, between two steps of a batch.
    public func withModel<Result: Sendable>(_ body: @Sendable (LanguageModel) throws -> Result)
        async throws -> Result
    {
        try await base.withModel(body)
    }
}
