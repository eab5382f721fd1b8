/// What was tried in one round of the loop, a line of `patches.jsonl`.
public struct PatchRound: Hashable, Sendable, Codable {
    /// Counted from 1.
    public var round: Int
    /// A digest of the prompt that it began with.
    public var prompt: String
    /// In the order in which they were written.
    public var patches: [PatchRecord]
}

/// What became of a patch.
public struct PatchRecord: Hashable, Sendable, Codable {
    /// Whether it was added to the prompt, and what kept it out if not.
    public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
        case accepted
        /// No instruction, too long a one, or one that was cut off.
        case unusable
        /// It has five words in a row of a case.
        case copies
        /// It did not help where it was made, or another one of its round helped more.
        case noGain = "no-gain"
        /// The interval on held-out cases includes zero.
        case notShown = "not-shown"
        /// Something that must not get worse did.
        case regresses
    }

    /// The case whose mistake it was to prevent.
    public var from: String
    /// What the patch tells the model.
    public var instruction: String
    /// The patch as lines that are added to the prompt.
    public var diff: [String]
    /// What became of it.
    public var verdict: Verdict
    /// Why, in words.
    public var reason: String
    /// Shares of answers as wanted among the cases that its author saw.
    public var seenBefore: Double?
    /// The share with the patch; nil where it was not tried.
    public var seenAfter: Double?
    /// Which test of the held-out cases it was, counted from 1; nil where it came to none.
    public var attempt: Int?
    /// What held-out cases said; nil where it came to no test.
    public var evidence: PatchEvidence?

    init(from: String, instruction: String) {
        self.from = from
        self.instruction = instruction
        diff = instruction.split(separator: "\n").map { "+ \($0)" }
        verdict = .noGain
        reason = ""
    }

    /// Settles it.
    mutating func settle(_ verdict: Verdict, _ reason: String) {
        self.verdict = verdict
        self.reason = reason
    }
}
