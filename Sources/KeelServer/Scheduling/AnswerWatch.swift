internal import KeelLanguage
internal import Synchronization

/// Counts one request for answers.
final class AnswerWatch: Sendable {
    private let metrics: ServerMetrics
    private let model: String
    private let start = ContinuousClock.now
    private let hasBegun = Mutex(false)

    init(_ metrics: ServerMetrics, model: String) {
        self.metrics = metrics
        self.model = model
    }

    /// The first piece is there; later calls do nothing.
    func began() {
        let isFirst = hasBegun.withLock { begun in
            defer { begun = true }
            return !begun
        }
        if isFirst { metrics.observe("keel_first_token_seconds", ContinuousClock.now - start) }
    }

    func ended(_ transcript: AnswerTranscript, by error: (any Error)? = nil) {
        metrics.observe("keel_request_seconds", ContinuousClock.now - start)
        for completion in transcript.completions.values { count(completion.finish.rawValue) }
        if let usage = transcript.usage {
            metrics.count("keel_tokens_total", ["kind": "prompt"], by: usage.promptTokens)
            metrics.count("keel_tokens_total", ["kind": "completion"], by: usage.completionTokens)
        }
        switch error {
        case nil: break
        case is Interruption, is CancellationError: count("cancelled")
        case is FairQueue.Refusal: count("refused")
        default: count("error")
        }
    }

    private func count(_ end: String) {
        metrics.count("keel_answers_total", ["model": model, "end": end])
    }
}
