import KeelFormats
public import KeelLanguage

extension Run {
    /// How far a run is.
    public struct Progress: Hashable, Sendable {
        /// Samples and gaps that are there, those of earlier sittings included.
        public var done: Int
        /// Samples and gaps that the plan asks for.
        public var total: Int
        /// Samples and gaps of this sitting.
        public var doneNow: Int
        /// Tokens generated in this sitting, where the model tells.
        public var tokensNow: Int
        /// Length of this sitting.
        public var elapsed: Duration

        /// Samples and gaps per second in this sitting.
        public var rate: Double { perSecond(doneNow) }
        /// Tokens generated per second in this sitting.
        public var tokenRate: Double { perSecond(tokensNow) }
        /// What is left at the rate so far; nil before anything is done.
        public var remaining: Duration? {
            rate > 0 ? .seconds(Double(total - done) / rate) : nil
        }

        private func perSecond(_ count: Int) -> Double {
            let seconds = elapsed / .seconds(1)
            return seconds > 0 ? Double(count) / seconds : 0
        }
    }

    /// A sample that a model did not give.
    ///
    /// It stays missing, and the next sitting asks again.
    public struct Failure: Hashable, Sendable {
        /// Id of the probe.
        public var probe: String
        /// The number of the answer; nil for a gap.
        public var sample: Int?
        /// What the model said, in words.
        public var reason: String
    }

    /// Asks a model for what is missing, and appends each answer as it comes.
    ///
    /// A failure of one sample costs that sample alone. After a lasting `ModelFailure`, such as a
    /// spent budget, nothing new is asked; what is under way is still waited for and kept. Cancelling
    /// the task stops the run within the model's current calls; what was appended by then is kept.
    /// - Parameters:
    ///   - model: The model that the configuration names.
    ///   - user: Plays the person where the suite's talks leave the words open.
    ///   - concurrency: The most calls at a time, at least 1.
    ///   - answersPerCall: The most answers that one call asks for: what a kill can cost. Several
    ///     let a local model read the prompt once.
    ///   - progress: Called after each change, from one task.
    /// - Returns: What the model failed to give.
    /// - Throws: `CancellationError`; a lasting `ModelFailure`; errors of reading and writing the
    ///   samples.
    public func collect(
        from model: any ChatModel, user: (any ChatModel)? = nil, concurrency: Int = 16,
        answersPerCall: Int = 8,
        progress: (Progress) -> Void = { _ in }
    ) async throws -> [Failure] {
        let plan = RunPlan(suite, samples: config.samples)
        let done = Set(try records().map(\.key)).intersection(plan.keys)
        let questioner = Questioner(model: model, user: user, config: config)
        let clock = ContinuousClock()
        let start = clock.now
        var state = Progress(
            done: done.count, total: plan.keys.count, doneNow: 0, tokensNow: 0, elapsed: .zero)
        var failures: [Failure] = []
        var end: (any ModelFailure)?
        progress(state)
        try await withThrowingTaskGroup(of: Questioner.Outcome.self) { group in
            var jobs = plan.jobs(without: done, answersPerCall: answersPerCall).makeIterator()
            for _ in 0..<max(1, concurrency) {
                guard let job = jobs.next() else { break }
                group.addTask { try await questioner.outcome(of: job) }
            }
            while let outcome = try await group.next() {
                for record in outcome.records {
                    try writer.append(record)
                    if case .answer(let answer) = record.content {
                        state.tokensNow += answer.replies.reduce(0) { $0 + ($1.tokens ?? 0) }
                    }
                }
                failures += outcome.failures
                end = end ?? outcome.end
                state.done += outcome.records.count
                state.doneNow += outcome.records.count
                state.elapsed = clock.now - start
                progress(state)
                if end == nil, let job = jobs.next() {
                    group.addTask { try await questioner.outcome(of: job) }
                }
            }
        }
        try writer.synchronize()
        if let end { throw end }
        return failures
    }
}
