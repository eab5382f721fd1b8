/// A model one can talk to: local, behind an address, or scripted for a test.
///
/// Calls may be made from many tasks at once; a local model answers them in one running batch.
public protocol ChatModel: Sendable {
    /// What a run cites: the reference the model was loaded by.
    var name: String { get }

    /// Answers of the given sample numbers, in their order.
    ///
    /// Sample `k` depends on the prompt, the options and `k`, never on which other samples are
    /// asked for, so a run that was stopped asks only for the numbers it lacks.
    func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions) async throws
        -> [Completion]

    /// Answers of the given sample numbers, piece by piece as they are made; only whole characters
    /// are sent.
    ///
    /// Ending the iteration cancels all of them within one step of the model.
    /// - Parameters:
    ///   - prompt: What is continued.
    ///   - samples: Numbers of the samples, which mean what they mean to `complete`.
    ///   - options: How tokens are drawn.
    ///   - logprobs: How many of the most probable tokens to tell beside each that was drawn, with
    ///     log-probabilities; nil for none of either.
    /// - Returns: Pieces of the samples in any order; of each sample, `finished` is the last.
    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error>

    /// Log-probabilities of each of several completions as the answer to `prompt`.
    ///
    /// A local model reads the prompt once for all of them.
    func score(_ completions: [String], after prompt: Prompt) async throws -> [Score]
}

extension ChatModel {
    /// One answer (sample 0).
    public func complete(_ prompt: Prompt, options: SamplingOptions = .init()) async throws
        -> Completion
    {
        let all = try await complete(prompt, samples: 0..<1, options: options)
        guard let first = all.first else {
            throw LanguageError.noAnswer(model: name)
        }
        return first
    }

    /// One answer (sample 0), piece by piece as it is made.
    public func stream(_ prompt: Prompt, options: SamplingOptions)
        -> some AsyncSequence<CompletionEvent, any Error>
    {
        stream(prompt, samples: 0..<1, options: options, logprobs: nil).map { event in
            switch event {
            case .piece(_, let text, _): CompletionEvent.text(text)
            case .finished(_, let completion): CompletionEvent.finished(completion)
            }
        }
    }

    /// Log-probabilities of `completion` as the answer to `prompt`.
    public func score(_ completion: String, after prompt: Prompt) async throws -> Score {
        guard let score = try await score([completion], after: prompt).first else {
            throw LanguageError.noAnswer(model: name)
        }
        return score
    }
}

/// An answer.
public struct Completion: Hashable, Sendable, Codable {
    /// Why the answer ended.
    public enum Finish: String, Sendable, Codable {
        /// The model ended its turn, or a stop text came up.
        case stop
        /// The limit on tokens was reached.
        case length
    }

    /// The answer, without its end-of-turn token and without the stop text that ended it.
    public var text: String
    /// Token ids, the end-of-turn token not included; empty where a remote model does not tell.
    public var tokens: [Int]
    /// Why it ended.
    public var finish: Finish
    /// What the answer took; nil where the model does not tell.
    public var usage: TokenUsage?
    /// What was read off the model at each token; nil where nothing was.
    public var readings: [TokenReading]?

    public init(
        text: String, tokens: [Int], finish: Finish, usage: TokenUsage? = nil,
        readings: [TokenReading]? = nil
    ) {
        self.text = text
        self.tokens = tokens
        self.finish = finish
        self.usage = usage
        self.readings = readings
    }

    /// How many tokens the answer has; nil where the model does not tell.
    public var tokenCount: Int? {
        guard tokens.isEmpty, !text.isEmpty else { return tokens.count }
        guard let usage, let hidden = usage.hiddenTokens else { return nil }
        return max(0, usage.completionTokens - hidden)
    }
}

/// A piece of a streamed answer.
public enum CompletionEvent: Hashable, Sendable {
    case text(String)
    /// Always the last event of a stream that did not fail.
    case finished(Completion)
}

/// A piece of one of several answers that are streamed side by side.
public enum SampleEvent: Hashable, Sendable {
    /// Text of a sample, and where log-probabilities were asked for, the tokens drawn since the piece
    /// before; the text is empty while a character or a stop text may yet be completed.
    case piece(sample: Int, text: String, tokens: [TokenLogprobs])
    /// Always the last event of a sample that did not fail.
    case finished(sample: Int, Completion)
}

/// A token of an answer, and how probable it was.
public struct TokenLogprobs: Hashable, Sendable, Codable {
    /// A token that could stand in this place.
    public struct Candidate: Hashable, Sendable, Codable {
        /// What the token spells; not always whole characters.
        public var bytes: [UInt8]
        /// Natural logarithm of its probability as the model gives it, before temperature, penalties
        /// and truncation.
        public var logprob: Double

        public init(bytes: [UInt8], logprob: Double) {
            self.bytes = bytes
            self.logprob = logprob
        }

        /// What the token spells, U+FFFD standing for what is not a whole character.
        public var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// The token that was drawn.
    public var drawn: Candidate
    /// The most probable tokens, the most probable first.
    public var top: [Candidate]

    public init(drawn: Candidate, top: [Candidate]) {
        self.drawn = drawn
        self.top = top
    }
}

/// How probable a completion is, token by token.
public struct Score: Hashable, Sendable, Codable {
    /// Token ids; empty where a remote model does not tell.
    public var tokens: [Int]
    /// Natural logarithms, one for each token.
    public var logprobs: [Double]
    /// What the score took; nil where the model does not tell.
    public var usage: TokenUsage?

    public init(tokens: [Int], logprobs: [Double], usage: TokenUsage? = nil) {
        self.tokens = tokens
        self.logprobs = logprobs
        self.usage = usage
    }

    /// Log-probability of the whole completion, in nats.
    public var sum: Double { logprobs.reduce(0, +) }
    /// Length-normalised log-probability, in nats per token; 0 for an empty completion.
    public var mean: Double { logprobs.isEmpty ? 0 : sum / Double(logprobs.count) }
}
