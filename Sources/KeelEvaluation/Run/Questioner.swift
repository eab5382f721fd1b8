import KeelLanguage

/// Puts a job's question to a model, and tells answers from failures.
struct Questioner: Sendable {
    let model: any ChatModel
    /// Plays the person where a talk leaves the words open.
    let user: (any ChatModel)?
    let config: RunConfig

    struct Outcome: Sendable {
        var records: [SampleRecord] = []
        var failures: [Run.Failure] = []
        /// Why it makes no sense to go on asking.
        var end: (any ModelFailure)?
    }

    /// - Throws: `CancellationError` alone.
    func outcome(of job: RunPlan.Job) async throws -> Outcome {
        try Task.checkCancellation()
        let probe = job.probe
        switch job.question {
        case .gap:
            return try await recording(probe, sample: nil) { .gap(try await gap(probe)) }
        case .talk(let sample, let scoresEnd):
            return try await recording(probe, sample: sample) {
                .answer(try await talk(probe, sample, scoresEnd: scoresEnd))
            }
        case .answers(let samples):
            return try await answers(probe, samples)
        }
    }

    private func answers(_ probe: Probe, _ samples: Range<Int>) async throws -> Outcome {
        do {
            let completions = try await complete(probe, [], samples, turn: 0)
            return Outcome(
                records: zip(samples, completions).map { sample, completion in
                    SampleRecord(
                        probe: probe.id, sample: sample, content: .answer(.init(completion)))
                })
        } catch {
            try Self.rethrowCancellation(error)
            if let end = Self.end(error) { return Outcome(end: end) }
            guard samples.count > 1 else {
                return Outcome(failures: [
                    .init(probe: probe.id, sample: samples.lowerBound, reason: "\(error)")
                ])
            }
            // One by one, so that one bad sample does not take the others with it.
            var outcome = Outcome()
            for sample in samples where outcome.end == nil {
                let single = try await answers(probe, sample..<sample + 1)
                outcome.records += single.records
                outcome.failures += single.failures
                outcome.end = single.end
            }
            return outcome
        }
    }

    /// The talk of one number, from the first answer to the last.
    private func talk(
        _ probe: Probe, _ sample: Int, scoresEnd: Bool
    ) async throws -> SampleRecord.Answer {
        var said: [Message] = []
        var exchanges: [SampleRecord.Exchange] = []
        var state: Int?
        while true {
            let completion = try await complete(
                probe, said, sample..<sample + 1, turn: exchanges.count)[0]
            let next =
                state.map { probe.talk.next(after: $0, answer: completion.text) }
                ?? (probe.talk.isEmpty ? nil : 0)
            guard let next else {
                var answer = SampleRecord.Answer(completion)
                answer.talk = exchanges
                if scoresEnd { answer.end = try await gap(probe, after: said) }
                return answer
            }
            said.append(.assistant(completion.text))
            let words = try await self.words(of: probe.talk[next], said, probe, sample)
            said.append(.user(words))
            exchanges.append(.init(completion, user: words))
            state = next
        }
    }

    /// What the person says in a state.
    private func words(
        of state: TalkState, _ said: [Message], _ probe: Probe, _ sample: Int
    ) async throws -> String {
        if let says = state.says { return says }
        guard let user else {
            throw Refused("The talk needs a simulated user; name the model that plays it.")
        }
        var options = config.sampling
        options.seed = seed(probe, turn: said.count)
        let prompt = SimulatedUser(persona: probe.persona ?? "", wants: state.wants ?? "")
            .prompt(after: probe.messages + said)
        let completions = try await user.complete(
            prompt, samples: sample..<sample + 1, options: options)
        guard let text = completions.first?.text.trimmed, !text.isEmpty else {
            throw Refused("The simulated user said nothing.")
        }
        return text
    }

    private func complete(
        _ probe: Probe, _ said: [Message], _ samples: Range<Int>, turn: Int
    ) async throws -> [Completion] {
        var options = config.sampling
        options.seed = seed(probe, turn: turn)
        let completions = try await model.complete(
            probe.prompt(system: config.system, talk: said), samples: samples, options: options)
        guard completions.count == samples.count else {
            throw Refused("It gave \(completions.count) answers, not \(samples.count).")
        }
        return completions
    }

    /// Models behind an address may draw the same numbers for one seed whatever they are asked, and two
    /// probes may ask the same; so each probe and turn has a seed of its own.
    private func seed(_ probe: Probe, turn: Int) -> UInt64 {
        let own = FNV.hash(probe.id.utf8)
        return config.sampling.seed ^ (turn == 0 ? own : FNV.hash("\(probe.id) \(turn)".utf8))
    }

    private func gap(_ probe: Probe, after said: [Message] = []) async throws -> SampleRecord.Gap {
        let continuations = probe.good + probe.bad
        let scores = try await model.score(
            continuations, after: probe.prompt(system: config.system, talk: said))
        guard scores.count == continuations.count else {
            throw Refused("It gave \(scores.count) scores, not \(continuations.count).")
        }
        let scored = try zip(continuations, scores).map { text, score in
            guard !score.logprobs.isEmpty, score.sum.isFinite else {
                throw Refused("It gave no finite log-probabilities for \"\(text)\".")
            }
            return SampleRecord.Continuation(
                text: text, tokens: score.logprobs.count, logprob: score.sum)
        }
        return SampleRecord.Gap(
            good: Array(scored.prefix(probe.good.count)),
            bad: Array(scored.dropFirst(probe.good.count)))
    }

    /// One record, or one failure.
    private func recording(
        _ probe: Probe, sample: Int?, _ content: () async throws -> SampleRecord.Content
    ) async throws -> Outcome {
        do {
            return Outcome(records: [
                SampleRecord(probe: probe.id, sample: sample ?? 0, content: try await content())
            ])
        } catch {
            try Self.rethrowCancellation(error)
            if let end = Self.end(error) { return Outcome(end: end) }
            return Outcome(failures: [
                .init(probe: probe.id, sample: sample, reason: "\(error)")
            ])
        }
    }

    private static func rethrowCancellation(_ error: any Error) throws {
        if error is CancellationError || Task.isCancelled { throw CancellationError() }
    }

    /// An error that all further questions would meet.
    private static func end(_ error: any Error) -> (any ModelFailure)? {
        (error as? any ModelFailure).flatMap { $0.isLasting ? $0 : nil }
    }

    /// An answer that is none.
    private struct Refused: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}

extension SampleRecord.Answer {
    fileprivate init(_ completion: Completion) {
        self.init(text: completion.text, finish: completion.finish, tokens: completion.tokenCount)
    }
}

extension SampleRecord.Exchange {
    fileprivate init(_ completion: Completion, user: String) {
        self.init(
            text: completion.text, finish: completion.finish, tokens: completion.tokenCount,
            user: user)
    }
}
