public import KeelLanguage

/// A chat model that is asked only for what a cache does not hold.
///
/// Each sample number has an answer of its own, so repeats stay independent. Streams are not cached.
public struct CachedChatModel: ChatModel {
    private let base: any ChatModel
    private let facts: [String: String]
    private let cache: SampleCache

    /// - Parameters:
    ///   - base: The model that is asked.
    ///   - facts: All that decides what it says, as in a run's configuration.
    ///   - cache: Where answers are looked for and kept.
    public init(_ base: any ChatModel, facts: [String: String], cache: SampleCache) {
        self.base = base
        self.facts = facts
        self.cache = cache
    }

    public var name: String { base.name }

    /// - Throws: `SampleCacheError`; the model's own errors.
    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws -> [Completion]
    {
        try options.validate()
        var question = SampleCache.Question(name, facts, prompt)
        question.options = options
        var known: [Int: Completion] = [:]
        for entry in try cache.entries(of: question) {
            guard let sample = entry.sample, samples.contains(sample), known[sample] == nil else {
                continue
            }
            known[sample] = entry.answer
        }
        for missing in Self.ranges(samples.filter { known[$0] == nil }) {
            let answers = try await base.complete(prompt, samples: missing, options: options)
            guard answers.count == missing.count else { throw LanguageError.noAnswer(model: name) }
            let new = zip(missing, answers)
            try cache.append(
                new.map { SampleCache.Entry(sample: $0, answer: $1) }, to: question)
            for (sample, answer) in new { known[sample] = answer }
        }
        return samples.compactMap { known[$0] }
    }

    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        base.stream(prompt, samples: samples, options: options, logprobs: logprobs)
    }

    /// - Throws: `SampleCacheError`; the model's own errors.
    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        let question = SampleCache.Question(name, facts, prompt)
        let entries = try cache.entries(of: question)
        // Equal to the byte: Swift's own equality joins what a tokenizer tells apart.
        var scores = completions.map { completion in
            entries.first {
                $0.completion.map { $0.utf8.elementsEqual(completion.utf8) } == true
            }?.score
        }
        let missing = scores.indices.filter { scores[$0] == nil }
        if !missing.isEmpty {
            let new = try await base.score(missing.map { completions[$0] }, after: prompt)
            guard new.count == missing.count else { throw LanguageError.noAnswer(model: name) }
            for (index, score) in zip(missing, new) { scores[index] = score }
            let entries = zip(missing, new).filter { $1.logprobs.allSatisfy(\.isFinite) }
            try cache.append(
                entries.map { .init(completion: completions[$0], score: $1) }, to: question)
        }
        return scores.compactMap(\.self)
    }

    /// Joins neighbours.
    private static func ranges(_ numbers: [Int]) -> [Range<Int>] {
        numbers.reduce(into: []) { ranges, number in
            if let last = ranges.last, last.upperBound == number {
                ranges[ranges.count - 1] = last.lowerBound..<number + 1
            } else {
                ranges.append(number..<number + 1)
            }
        }
    }
}
