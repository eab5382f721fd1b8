/// A model off which something can be read on the way to its answer, before it has written any of it.
///
/// What is read is the model's own affair, such as how far a probe's direction holds at the last token of the
/// prompt. Nothing is run for it: the prompt is read anyhow.
public protocol PromptReadableChatModel: ChatModel {
    /// As `stream(_:samples:options:logprobs:)`.
    ///
    /// `onPrompt` is called once with what was read, before the first event; never where this model is not
    /// read, or fails before its prompt is.
    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?,
        onPrompt: @escaping @Sendable (Double) -> Void
    ) -> AsyncThrowingStream<SampleEvent, any Error>
}
