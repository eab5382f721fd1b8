public import KeelLanguage

/// Everything that decides the result of a run.
///
/// Two runs of equal configurations give equal samples, up to what the model's engine promises.
public struct RunConfig: Hashable, Sendable, Codable {
    /// The reference the model was loaded by.
    public var model: String
    /// What else decides what the model says: file hash, adapters, device, number format, versions.
    public var facts: [String: String]
    /// Name of the suite.
    public var suite: String
    public var suiteVersion: String
    /// A digest of the whole suite, canary included.
    public var suiteFingerprint: String
    /// Whether only the suite's quick part is asked.
    public var quick: Bool
    /// A system prompt put before every probe's own.
    public var system: String?
    /// Answers for each sampled probe.
    public var samples: Int
    /// The seed is that of the run; each probe draws from a stream of its own.
    public var sampling: SamplingOptions

    public init(
        model: String, facts: [String: String] = [:], suite: Suite, quick: Bool = false,
        system: String? = nil, samples: Int = 5, sampling: SamplingOptions = .init()
    ) {
        self.model = model
        self.facts = facts
        self.suite = suite.name
        self.suiteVersion = suite.version
        self.suiteFingerprint = suite.fingerprint
        self.quick = quick
        self.system = system
        self.samples = samples
        self.sampling = sampling
    }

    /// A field in which two configurations differ.
    public struct Difference: Hashable, Sendable, Codable, CustomStringConvertible {
        public var field: String
        public var before: String
        public var after: String

        public var description: String { "\(field) (\(before) → \(after))" }
    }

    /// What differs in `other`: models first, then the fields in their order.
    ///
    /// A model's name, hash and number format are one difference, its adapters are one, and the same
    /// file under another name is none.
    public func differences(to other: RunConfig) -> [Difference] {
        let names: [(role: String, before: String?, after: String?)] = [
            ("", model, other.model), ("user's ", facts["user"], other.facts["user"]),
        ]
        var found: [Difference] = []
        var told: Set = ["user"]
        for (role, before, after) in names {
            let old = CitedModel(before, facts: facts, role: role)
            let new = CitedModel(after, facts: other.facts, role: role)
            found += old.differences(to: new)
            told.formUnion(old.told(beside: new))
        }
        let old = fields
        let new = other.fields
        let added = new.filter { field in !old.contains { $0.name == field.name } }
        for name in (old + added).map(\.name) where !told.contains(name) {
            let before = old.first { $0.name == name }?.value ?? "none"
            let after = new.first { $0.name == name }?.value ?? "none"
            if before != after {
                found.append(Difference(field: name, before: before, after: after))
            }
        }
        return found
    }

    private var fields: [(name: String, value: String)] {
        [
            ("suite", suite), ("suite version", suiteVersion),
            ("suite fingerprint", suiteFingerprint), ("quick", "\(quick)"),
            ("system prompt", system.map { "\"\($0)\"" } ?? "none"), ("samples", "\(samples)"),
            ("temperature", "\(sampling.temperature)"),
            ("top-k", sampling.topK.map { "\($0)" } ?? "none"), ("top-p", "\(sampling.topP)"),
            ("min-p", "\(sampling.minP)"),
            ("repetition penalty", "\(sampling.repetitionPenalty)"),
            ("max tokens", "\(sampling.maxTokens)"), ("stop texts", "\(sampling.stop)"),
            ("seed", "\(sampling.seed)"),
        ] + facts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
