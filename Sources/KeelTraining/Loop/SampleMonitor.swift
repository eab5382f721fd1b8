public import KeelLanguage
public import KeelModel
import KeelStatistics

/// Looks now and then at what the model says.
///
/// How long answers are, how often they repeat themselves, and whatever is counted in their text is
/// where preference training degenerates before its loss shows it.
public final class SampleMonitor: TrainingObserver {
    private let language: LanguageModel
    private let prompts: [[Int]]
    private let every: Int
    private let counters: [String: @Sendable (String) -> Double]
    private let options: SamplingOptions

    /// - Parameters:
    ///   - language: The model that is trained.
    ///   - prompts: Tokens to be continued; those without any are left out.
    ///   - every: Steps between two looks.
    ///   - counters: What is counted in an answer, by name.
    ///   - options: How answers are drawn; by default greedily, up to 96 tokens.
    public init(
        _ language: LanguageModel, prompts: [[Int]], every: Int,
        counters: [String: @Sendable (String) -> Double] = [:],
        options: SamplingOptions = SamplingOptions(temperature: 0, maxTokens: 96)
    ) {
        self.language = language
        self.prompts = prompts.filter { !$0.isEmpty }
        self.every = every
        self.counters = counters
        self.options = options
    }

    public func didStep(_ report: inout StepReport) throws -> Bool {
        guard !prompts.isEmpty, report.isDue(every: every) else { return true }
        let answers = try language.sample(prompts, samples: 0..<1, options: options).flatMap { $0 }
        func mean(_ value: (Completion) -> Double) -> Double {
            answers.reduce(0) { $0 + value($1) } / Double(answers.count)
        }
        report.metrics["samples/length"] = mean { Double($0.tokens.count) }
        report.metrics["samples/repetition"] = mean { RepeatedRuns.share(of: $0.tokens) }
        report.metrics["samples/finished"] = mean { $0.finish == .stop ? 1 : 0 }
        for (name, count) in counters {
            report.metrics["samples/\(name)"] = mean { count($0.text) }
        }
        return true
    }
}
