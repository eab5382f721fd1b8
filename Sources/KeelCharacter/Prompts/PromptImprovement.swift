public import KeelLanguage

/// The loop that improves a system prompt: find what fails, ask which instruction would have
/// prevented it, try it, and keep it only if cases that nobody has seen say so.
///
/// ```
/// failing cases ──> author ──> instruction ──> copies? ──> seen cases ──> held-out cases ──> regressions? ──> accepted
/// ```
///
/// Each round asks for several instructions; of those that help where they were made, the best one
/// is tested on held-out cases, so a round spends one part of the gate's alpha.
public struct PromptImprovement: Sendable {
    /// All that decides the rounds.
    public struct Settings: Hashable, Sendable, Codable {
        /// The most rounds, 1 to 100.
        public var rounds = 6
        /// Failing cases of which the author is asked in a round, 1 to 100.
        public var casesPerRound = 4
        /// The chance that any patch without effect is accepted.
        public var alpha = 0.05
        /// Whether each instruction is also tried with an example at its edge that the author writes.
        public var examples = false
        /// How the author's instructions are drawn.
        public var writing = SamplingOptions(temperature: 1, topP: 0.95, maxTokens: 160)
        /// The version of the words in which the author is asked.
        public var words = PatchRequest.version

        public init() {}

        /// - Throws: `CharacterError.setting`, `LanguageError.invalidOption`.
        public func validate() throws {
            for (name, value) in [("rounds", rounds), ("cases-per-round", casesPerRound)]
            where !(1...100).contains(value) {
                throw CharacterError.setting(
                    name: name, value: "\(value)", expected: "from 1 to 100")
            }
            _ = try PatchGate(alpha: alpha)
            try writing.validate()
        }
    }

    /// Why the loop ended.
    public enum End: String, Hashable, Sendable, Codable {
        /// Every answer to the seen cases is as wanted.
        case nothingToFix = "nothing-to-fix"
        case roundsUsed = "rounds-used"
    }

    /// What the rounds came to.
    public struct Result: Hashable, Sendable, Codable {
        /// With the accepted patches in it.
        public var prompt: String
        /// Patches that were added.
        public var accepted: Int
        /// Tests of held-out cases.
        public var attempts: Int
        /// Why there was no further round.
        public var end: End
        /// The chance that any patch without effect is among the accepted stays below this.
        public var alpha: Double
    }

    private let author: any ChatModel
    private let trials: any PromptTrials
    private let settings: Settings
    private let gate: PatchGate

    /// - Throws: As `Settings.validate`.
    public init(
        author: any ChatModel, trials: any PromptTrials, settings: Settings = Settings()
    ) throws {
        try settings.validate()
        self.author = author
        self.trials = trials
        self.settings = settings
        gate = try PatchGate(alpha: settings.alpha)
    }

    /// Runs the loop, or goes on with one.
    /// - Parameters:
    ///   - prompt: The prompt to begin with, empty for none.
    ///   - earlier: What an earlier sitting logged for the same prompt, in order.
    ///   - log: Takes each round when it is over, from one task.
    /// - Returns: The prompt with all patches that were accepted, in this and earlier sittings.
    /// - Throws: What the models, the trials and the log throw.
    public func run(
        from prompt: String, after earlier: [PatchRound] = [],
        log: (PatchRound) throws -> Void
    ) async throws -> Result {
        var result = Result(
            prompt: prompt, accepted: 0, attempts: 0, end: .roundsUsed, alpha: settings.alpha)
        var tried: Set<String> = []
        func take(_ round: PatchRound) {
            for record in round.patches {
                tried.insert(record.instruction)
                if record.attempt != nil { result.attempts += 1 }
                guard record.verdict == .accepted else { continue }
                result.accepted += 1
                result.prompt = Self.patched(result.prompt, record.instruction)
            }
        }
        earlier.forEach(take)
        let done = earlier.map(\.round).max() ?? 0
        for round in stride(from: done + 1, through: settings.rounds, by: 1) {
            let outcomes = try await trials.seen(result.prompt)
            guard outcomes.contains(where: { !$0.answers.isEmpty }) else {
                throw CharacterError.noOutcomes
            }
            guard outcomes.contains(where: { $0.passShare < 1 }) else {
                result.end = .nothingToFix
                return result
            }
            let patches = try await self.patches(
                in: round, result.prompt, outcomes, tried: tried, attempt: result.attempts + 1)
            let over = PatchRound(
                round: round, prompt: SystemPrompt(result.prompt).fingerprint, patches: patches)
            try log(over)
            take(over)
        }
        return result
    }

    /// A prompt with one more instruction at its end.
    public static func patched(_ prompt: String, _ instruction: String) -> String {
        prompt.isEmpty ? instruction : prompt + "\n" + instruction
    }

    private func patches(
        in round: Int, _ prompt: String, _ outcomes: [CaseOutcome], tried: Set<String>, attempt: Int
    ) async throws -> [PatchRecord] {
        var records = try await proposals(round, prompt, outcomes, tried: tried)
        let share = Self.passShare(outcomes)
        var best: (index: Int, share: Double)?
        for index in records.indices where records[index].reason.isEmpty {
            let patched = Self.patched(prompt, records[index].instruction)
            let after = Self.passShare(try await trials.seen(patched))
            records[index].seenBefore = share
            records[index].seenAfter = after
            records[index].settle(.noGain, "it helped no more than others where it was made.")
            if after > max(share, best?.share ?? 0) { best = (index, after) }
        }
        guard let best else { return records }
        let patched = Self.patched(prompt, records[best.index].instruction)
        let evidence = try gate.evidence(
            from: try await trials.heldOut(prompt), to: try await trials.heldOut(patched),
            attempt: attempt)
        records[best.index].attempt = attempt
        records[best.index].evidence = evidence
        guard evidence.isShown else {
            records[best.index].settle(
                .notShown, "its interval on held-out cases includes zero or lies below it.")
            return records
        }
        let worse = try await trials.regressions(from: prompt, to: patched)
        if worse.isEmpty {
            records[best.index].settle(
                .accepted, "it helps on held-out cases, and nothing is worse.")
        } else {
            records[best.index].settle(.regresses, worse.joined(separator: "; "))
        }
        return records
    }

    /// An instruction for each of the cases that fail most, with what speaks against trying it.
    private func proposals(
        _ round: Int, _ prompt: String, _ outcomes: [CaseOutcome], tried: Set<String>
    ) async throws -> [PatchRecord] {
        // Each round begins with other cases; those that fail most come first in each.
        let failing = outcomes.filter { $0.passShare < 1 }
            .sorted { ($0.passShare, $0.id) < ($1.passShare, $1.id) }
        let start = (round - 1) * settings.casesPerRound % failing.count
        let chosen = (failing[start...] + failing[..<start]).prefix(settings.casesPerRound)
        let passing = outcomes.filter { $0.passShare == 1 && !$0.answers.isEmpty }
        var tried = tried
        var records: [PatchRecord] = []
        for failing in chosen {
            var options = settings.writing
            options.seed ^= Digest.number(of: ["\(round)", failing.id])
            let request = PatchRequest(
                prompt: prompt, failing: failing, passing: Array(passing.prefix(2)))
            let reply: Completion
            do {
                reply = try await author.complete(request.request, options: options)
            } catch {
                if error is CancellationError || Task.isCancelled { throw CancellationError() }
                if let failure = error as? any ModelFailure, failure.isLasting { throw error }
                var record = PatchRecord(from: failing.id, instruction: "")
                record.settle(.unusable, "the author failed: \(error)")
                records.append(record)
                continue
            }
            let instruction = PatchRequest.instruction(in: reply.text)
            let record = settled(
                failing.id, instruction, isWhole: reply.finish == .stop, tried: &tried)
            records.append(record)
            guard settings.examples, record.reason.isEmpty else { continue }
            let edge = try await example(of: instruction, request, options)
            if let edge {
                let words = instruction + "\n" + edge
                records.append(settled(failing.id, words, isWhole: true, tried: &tried))
            }
        }
        return records
    }

    /// An instruction, with what speaks against trying it.
    private func settled(
        _ from: String, _ instruction: String, isWhole: Bool, tried: inout Set<String>
    ) -> PatchRecord {
        var record = PatchRecord(from: from, instruction: instruction)
        let count = Words(instruction).count
        if count == 0 || count > PatchRequest.greatestWords || !isWhole {
            record.settle(
                .unusable,
                "an instruction has 1 to \(PatchRequest.greatestWords) words and an end.")
        } else if !tried.insert(instruction).inserted {
            record.settle(.noGain, "it was tried before.")
        } else if let words = PatchRequest.copied(instruction, from: trials.caseTexts) {
            record.settle(.copies, "\"\(words)\" stands in a case.")
        }
        return record
    }

    /// An example at the edge of an instruction; nil where the author gave none.
    private func example(
        of instruction: String, _ request: PatchRequest, _ options: SamplingOptions
    ) async throws -> String? {
        do {
            let reply = try await author.complete(
                request.exampleRequest(instruction), options: options)
            return reply.finish == .stop ? PatchRequest.example(in: reply.text) : nil
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            if let failure = error as? any ModelFailure, failure.isLasting { throw error }
            return nil
        }
    }

    private static func passShare(_ outcomes: [CaseOutcome]) -> Double {
        let answers = outcomes.flatMap(\.answers)
        return answers.isEmpty
            ? 0 : Double(answers.count(where: \.passes)) / Double(answers.count)
    }
}
