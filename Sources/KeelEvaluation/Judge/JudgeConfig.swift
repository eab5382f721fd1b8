public import KeelLanguage

/// Everything that decides a judge's verdicts: one of these is one judge.
///
/// It is `judge.json` beside the verdicts. Two equal configurations give equal verdicts on equal
/// answers, up to what the judge's engine promises.
public struct JudgeConfig: Hashable, Sendable, Codable {
    /// The reference the judge was loaded by.
    public var judge: String
    /// What else decides what the judge says: file hash, adapters, device, engine.
    public var facts: [String: String]
    /// How verdicts are had: from words with a quote, or from probabilities of letters.
    public var reading: JudgeReading
    /// Votes on each answer, in pairs of two orders; nil for the scored reading, which takes each
    /// order once.
    public var votes: Int?
    /// The version of the words that the rubric is put in.
    public var prompt: Int
    /// How replies are drawn; greedily where there are only two votes.
    public var sampling: SamplingOptions
    /// The fingerprint of each rubric, by its id.
    public var rubrics: [String: String]

    /// A judge that is asked in this way.
    ///
    /// - Parameters:
    ///   - judge: The reference it is loaded by.
    ///   - facts: What else decides what it says.
    ///   - reading: How its verdict is read.
    ///   - votes: An even number; nil for 2, and for the scored reading.
    ///   - seed: Of the replies, which are drawn at temperature 1 where there are more than two.
    ///   - rubrics: What it will be asked.
    /// - Throws: `JudgeError.badVotes`, `.votesWithoutUse`.
    public init(
        judge: String, facts: [String: String] = [:], reading: JudgeReading = .quoted,
        votes: Int? = nil, seed: UInt64 = 0, rubrics: [Rubric]
    ) throws(JudgeError) {
        if reading == .scored, votes != nil { throw .votesWithoutUse }
        let asked = votes ?? 2
        guard asked >= 2, asked.isMultiple(of: 2) else { throw .badVotes(asked) }
        self.judge = judge
        self.facts = facts
        self.reading = reading
        self.votes = reading == .quoted ? asked : nil
        prompt = JudgePrompt.version
        sampling = SamplingOptions(temperature: asked > 2 ? 1 : 0, maxTokens: 256, seed: seed)
        self.rubrics = Dictionary(
            rubrics.map { ($0.id, $0.fingerprint) }, uniquingKeysWith: { first, _ in first })
    }

    /// The fields in which another judge differs, in the order of the fields.
    ///
    /// - Parameters:
    ///   - other: The judge to compare with.
    ///   - seedMatters: Whether another draw of the same judge's replies is a difference.
    /// - Returns: None for the same judge. Rubrics are compared where both have them.
    public func differences(
        to other: JudgeConfig, seedMatters: Bool = true
    ) -> [RunConfig.Difference] {
        // Earlier versions did not note how weights are stored; the hash says whether they differ.
        let isNoted = facts["quantisation"] != nil && other.facts["quantisation"] != nil
        let names = Set(facts.keys).union(other.facts.keys)
            .filter { isNoted || $0 != "quantisation" }.sorted()
        let shared = Set(rubrics.keys).intersection(other.rubrics.keys).sorted()
        var fields: [(name: String, before: String, after: String)] = [
            ("judge", judge, other.judge),
            ("reading", reading.rawValue, other.reading.rawValue),
            ("votes", Self.text(votes), Self.text(other.votes)),
            ("prompt version", "\(prompt)", "\(other.prompt)"),
            ("temperature", "\(sampling.temperature)", "\(other.sampling.temperature)"),
            ("max tokens", "\(sampling.maxTokens)", "\(other.sampling.maxTokens)"),
        ]
        if seedMatters { fields.append(("seed", "\(sampling.seed)", "\(other.sampling.seed)")) }
        fields += names.map { ($0, facts[$0] ?? "none", other.facts[$0] ?? "none") }
        fields += shared.map {
            ("rubric \($0)", rubrics[$0] ?? "none", other.rubrics[$0] ?? "none")
        }
        return fields.filter { $0.before != $0.after }.map {
            RunConfig.Difference(field: $0.name, before: $0.before, after: $0.after)
        }
    }

    private static func text(_ votes: Int?) -> String { votes.map { "\($0)" } ?? "none" }
}

extension Rubric {
    /// A digest of all that the rubric says.
    public var fingerprint: String { FNV.digest([id, asks, behaviour, opposite, neither]) }
}

extension FNV {
    /// A digest of texts in their order, in which their limits count.
    static func digest(_ texts: [String]) -> String {
        hexadecimal(hash(texts.flatMap { "\($0.utf8.count):\($0)".utf8 }))
    }
}
