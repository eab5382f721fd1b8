internal import KeelLanguage

/// The answers to one question as they come.
struct AnswerTranscript {
    let question: Question
    /// The engine that answers, by its number.
    private(set) var engine = 0
    private(set) var completions: [Int: Completion] = [:]
    private var texts: [Int: String] = [:]
    private var tokens: [Int: [TokenLogprobs]] = [:]
    /// What a guardian did; nil where there is none.
    private(set) var trace: GuardTrace?
    /// How the answers that are not done ended.
    var ending = "cancelled"

    init(_ question: Question) { self.question = question }

    /// Whether anything of an answer is there.
    var hasBegun: Bool { !texts.isEmpty || !completions.isEmpty }

    mutating func add(_ event: AnsweringEvent) {
        switch event {
        case .asked(let number): engine = number
        case .read: break
        case .guarded(let new): trace = new
        case .guardEnded(sample: let sample, end: let end, review: let review):
            trace?.ends[sample] = end
            trace?.reviews[sample] = review
        case .sample(.piece(sample: let sample, text: let text, tokens: let tokens)):
            texts[sample, default: ""] += text
            self.tokens[sample, default: []] += tokens
        case .sample(.finished(sample: let sample, let completion)):
            texts[sample] = completion.text
            completions[sample] = completion
        }
    }

    func text(_ sample: Int) -> String { texts[sample] ?? "" }

    /// Nil where they were not asked for.
    func logprobs(_ sample: Int) -> [TokenLogprobs]? {
        question.logprobs == nil ? nil : tokens[sample] ?? []
    }

    /// Why an answer ended: `stop`, `length`, what a guardian ended it by, or what ended those that were not
    /// done.
    func finish(_ sample: Int) -> String {
        trace?.ends[sample]?.rawValue ?? completions[sample]?.finish.rawValue ?? ending
    }

    /// The same in the words that OpenAI's clients know.
    func publicFinish(_ sample: Int) -> String {
        switch trace?.ends[sample] {
        case .care: "stop"
        case .guardError, .cut: "content_filter"
        case nil: finish(sample)
        }
    }

    /// What was shown of each answer.
    var shown: [Int: String] { texts.filter { !$0.value.isEmpty } }

    /// What the answers took: the prompt once, as it was read once; nil where the model does not tell.
    var usage: TokenUsage? {
        let all = completions.values.map(\.usage)
        guard let prompt = all.first??.promptTokens, !all.contains(nil) else { return nil }
        return TokenUsage(
            promptTokens: prompt,
            completionTokens: all.reduce(0) { $0 + ($1?.completionTokens ?? 0) })
    }

    /// Which model answers.
    var answeredBy: String {
        question.model.engines.indices.contains(engine)
            ? question.model.engines[engine].model.name : question.model.id
    }

    var document: KeelDocument {
        KeelDocument(
            answeredBy: answeredBy, isFallback: engine > 0, seed: question.options.seed,
            steer: question.steer.isEmpty ? nil : question.steer, guardian: trace?.document())
    }
}
