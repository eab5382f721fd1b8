import KeelLanguage

/// Puts a job's question to a model, and tells answers from failures.
struct Questioner: Sendable {
    let model: any ChatModel
    let config: RunConfig

    struct Outcome: Sendable {
        var records: [SampleRecord] = []
        var failures: [Run.Failure] = []
    }

    /// - Throws: `CancellationError` alone.
    func outcome(of job: RunPlan.Job) async throws -> Outcome {
        try Task.checkCancellation()
        switch job.question {
        case .gap: return try await gap(job.probe)
        case .answers(let samples): return try await answers(job.probe, samples)
        }
    }

    private func answers(_ probe: Probe, _ samples: Range<Int>) async throws -> Outcome {
        var options = config.sampling
        // Without this, equal sample numbers of all probes would draw the same random numbers.
        options.seed ^= FNV.hash(probe.id.utf8)
        do {
            let completions = try await model.complete(
                probe.prompt(system: config.system), samples: samples, options: options)
            guard completions.count == samples.count else {
                throw Refused("It gave \(completions.count) answers, not \(samples.count).")
            }
            return Outcome(
                records: zip(samples, completions).map { sample, completion in
                    SampleRecord(
                        probe: probe.id, sample: sample,
                        content: .answer(
                            .init(
                                text: completion.text, finish: completion.finish,
                                tokens: completion.tokens.isEmpty && !completion.text.isEmpty
                                    ? nil : completion.tokens.count)))
                })
        } catch {
            try Self.rethrowCancellation(error)
            guard samples.count > 1 else {
                return Outcome(failures: [
                    .init(probe: probe.id, sample: samples.lowerBound, reason: "\(error)")
                ])
            }
            // One by one, so that one bad sample does not take the others with it.
            var outcome = Outcome()
            for sample in samples {
                let single = try await answers(probe, sample..<sample + 1)
                outcome.records += single.records
                outcome.failures += single.failures
            }
            return outcome
        }
    }

    private func gap(_ probe: Probe) async throws -> Outcome {
        do {
            let gap = SampleRecord.Gap(
                good: try await scores(probe.good, probe), bad: try await scores(probe.bad, probe))
            return Outcome(records: [
                SampleRecord(probe: probe.id, sample: 0, content: .gap(gap))
            ])
        } catch {
            try Self.rethrowCancellation(error)
            return Outcome(failures: [
                .init(probe: probe.id, sample: nil, reason: "\(error)")
            ])
        }
    }

    private func scores(
        _ continuations: [String], _ probe: Probe
    ) async throws -> [SampleRecord.Continuation] {
        var scored: [SampleRecord.Continuation] = []
        for text in continuations {
            let score = try await model.score(text, after: probe.prompt(system: config.system))
            guard !score.logprobs.isEmpty, score.sum.isFinite else {
                throw Refused("It gave no finite log-probabilities for \"\(text)\".")
            }
            scored.append(.init(text: text, tokens: score.logprobs.count, logprob: score.sum))
        }
        return scored
    }

    private static func rethrowCancellation(_ error: any Error) throws {
        if error is CancellationError || Task.isCancelled { throw CancellationError() }
    }

    /// An answer that is none.
    private struct Refused: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}
