internal import KeelGuardian
internal import KeelLanguage
internal import KeelStore
internal import Logging

/// Answers questions under a guardian's eyes.
///
/// The events are those of `Answering`, with `.guarded` before the first and `.guardEnded` before the last
/// of each answer. What the model writes is shown as far as the guardian's review lets it; whatever part
/// fails, nothing unread is shown as read, every answer comes to an end that has a name, and with a guardian
/// that stays somebody who may be at risk is met with words.
final class GuardedAnswering: Sendable {
    private let setup: Guardianship
    private let answering: Answering
    private let runner: GuardRunner
    private let metrics: ServerMetrics
    private let logger: Logger
    let records: GuardRecords

    init(
        _ setup: Guardianship, answering: Answering, store: Store?, metrics: ServerMetrics,
        logger: Logger
    ) {
        self.setup = setup
        self.answering = answering
        self.metrics = metrics
        self.logger = logger
        runner = GuardRunner(deadline: setup.deadline)
        records = GuardRecords(
            store: store, log: setup.log, runner: runner, metrics: metrics, logger: logger)
    }

    /// Who watches.
    var policy: String { setup.guardian.policy }

    /// Answers a question, piece by piece; as `Answering.events`.
    func events(_ question: Question, in place: GuardPlace, for presence: ClientPresence)
        -> AsyncThrowingStream<AnsweringEvent, any Error>
    {
        let (stream, continuation) = AsyncThrowingStream<AnsweringEvent, any Error>.makeStream()
        let task = Task {
            do {
                try await self.answer(question, in: place, for: presence, into: continuation)
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    /// What is read of a conversation; nil where nobody can tell.
    func level(of conversation: [Message]) async -> RiskLevel? {
        do {
            return try await runner.run { [guardian = setup.guardian] in
                try guardian.level(of: conversation)
            }
        } catch {
            failed("reading", GuardFailure(error))
            return nil
        }
    }

    private func answer(
        _ question: Question, in place: GuardPlace, for presence: ClientPresence,
        into continuation: AsyncThrowingStream<AnsweringEvent, any Error>.Continuation
    ) async throws {
        let day = setup.today()
        var planned = await plan(for: question.conversation, atLeast: place.floor, on: day)
        // The model begins while the decision is brought to disk; nothing is shown before it is there.
        var events = begin(question, planned, for: presence)
        if let value = await events?.reading(),
            let higher = await raised(planned, by: value, question, atLeast: place.floor, on: day)
        {
            planned = higher
            // What was begun is let go of, and with it its turn; nobody has seen a word of it.
            events = nil
            events = begin(question, planned, for: presence)
        }
        let (record, decision) = await records.decided(planned, in: place)
        continuation.yield(.guarded(GuardTrace(record: record, decision: decision)))
        var answers = GuardedAnswers(
            plan: record.plan, samples: question.samples, words: setup.words, on: day)
        func send(_ new: [AnsweringEvent]) { for event in new { continuation.yield(event) } }
        send(answers.open())
        do {
            if record.plan.isReviewed {
                for sample in question.samples {
                    answers.reviews[sample] = await review(of: record.plan, on: day)
                }
            }
            if events != nil {
                while let event = try await events?.next() {
                    send(await take(event, of: question, into: &answers))
                    if answers.areOver { return }
                }
                // Cancelled, a stream ends as if it were complete.
                try Task.checkCancellation()
            }
            send(answers.end(by: .care))
        } catch {
            // Who has left reads nothing more; who is at risk is not cut off by a server that stops.
            let interruption = error as? Interruption
            guard isCareful(record), interruption != .clientLeft, !(error is CancellationError)
            else { throw error }
            if interruption == nil { failed("model", GuardFailure(error)) }
            send(answers.end(by: .care))
        }
    }

    /// Whether somebody may be at risk, so that they are not to be met with an error.
    private func isCareful(_ record: GuardRecord) -> Bool {
        setup.guardian.stays && (record.plan.level > .none || record.failure != nil)
    }

    /// Has the model asked as a plan wants it; nil where it wants none.
    private func begin(
        _ question: Question, _ planned: GuardRecord, for presence: ClientPresence
    ) -> HeldEvents? {
        guard planned.plan.model != .notAsked else { return nil }
        var asked = question.following(planned.plan)
        asked.readsModel = setup.guardian.readsModel && question.isReadable(under: planned.plan)
        return HeldEvents(
            answering.events(asked, for: presence), awaitsReading: asked.readsModel)
    }

    /// The plan with what was read off the model; nil where it raises nothing.
    private func raised(
        _ planned: GuardRecord, by value: Double, _ question: Question, atLeast floor: RiskLevel,
        on day: CalendarDay
    ) async -> GuardRecord? {
        let conversation = question.conversation
        let start = ContinuousClock.now
        do {
            let found = try await runner.run { [guardian = setup.guardian] in
                try guardian.plan(for: conversation, reading: value, atLeast: floor, on: day)
            }
            guard let found, found.level > planned.plan.level else { return nil }
            if let defect = found.defect(for: conversation, atLeast: floor) {
                throw GuardFailure.rubbish(defect)
            }
            var record = planned
            record.plan = found
            record.milliseconds += (ContinuousClock.now - start) / .milliseconds(1)
            return record
        } catch {
            failed("probe", GuardFailure(error))
            return nil
        }
    }

    private func plan(
        for conversation: [Message], atLeast floor: RiskLevel, on day: CalendarDay
    ) async -> GuardRecord {
        let guardian = setup.guardian
        let start = ContinuousClock.now
        var record: GuardRecord
        do {
            let plan = try await runner.run {
                try guardian.plan(for: conversation, atLeast: floor, on: day)
            }
            let least = guardian.stays ? floor : .none
            if let defect = plan.defect(for: conversation, atLeast: least) {
                throw GuardFailure.rubbish(defect)
            }
            record = GuardRecord(policy: guardian.policy, plan: plan, milliseconds: 0)
        } catch {
            let failure = GuardFailure(error)
            failed("reading", failure)
            var plan = AnswerPlan.withoutReading(of: conversation, atLeast: floor)
            if !guardian.stays {
                plan.instruction = nil
                plan.mostTokens = nil
                plan.isReviewed = false
            }
            record = GuardRecord(
                policy: guardian.policy, plan: plan, failure: "\(failure)", milliseconds: 0)
        }
        record.milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        return record
    }

    /// The review of an answer; nil where there is none, and then nothing of the model's is shown.
    private func review(of plan: AnswerPlan, on day: CalendarDay) async -> GuardReview? {
        do {
            let review = try await runner.run { [guardian = setup.guardian] in
                try guardian.reviewer(for: plan, on: day)
            }
            return GuardReview(review, in: plan.language, runner)
        } catch {
            failed("review", GuardFailure(error))
            return nil
        }
    }

    /// What is shown of an event.
    private func take(
        _ event: AnsweringEvent, of question: Question, into answers: inout GuardedAnswers
    ) async -> [AnsweringEvent] {
        do {
            switch event {
            case .asked(let engine):
                let isElsewhere = answers.plan.model == .askedElsewhere
                return [.asked(engine: isElsewhere ? question.model.engines.count - 1 : engine)]
            case .guarded, .guardEnded: return [event]
            case .read: return []
            case .sample(.piece(sample: let sample, text: let text, tokens: let tokens)):
                return try await answers.take(text, tokens, of: sample)
            case .sample(.finished(sample: let sample, let completion)):
                return try await answers.finish(sample, completion)
            }
        } catch {
            failed("review", GuardFailure(error))
            return answers.holdBack(event.sample)
        }
    }

    private func failed(_ part: String, _ failure: GuardFailure) {
        metrics.count("keel_guardian_failures_total", ["part": part])
        logger.error("the guardian's \(part) was of no use: \(failure)")
    }
}

extension AnsweringEvent {
    /// The answer that it is about; 0 where it is about all.
    fileprivate var sample: Int {
        switch self {
        case .asked, .read, .guarded: 0
        case .guardEnded(sample: let sample, end: _, review: _): sample
        case .sample(.piece(sample: let sample, text: _, tokens: _)): sample
        case .sample(.finished(sample: let sample, _)): sample
        }
    }
}

extension Question {
    /// What a guardian reads: a text to be continued counts as said by the person.
    var conversation: [Message] {
        switch prompt {
        case .messages(let messages): messages
        case .text(let text): [.user(text)]
        }
    }

    /// Whether the model's prompt is the conversation alone, as it is where a probe has learnt.
    ///
    /// A note, a system message or a push changes the stream that is read. From `high` on, nothing is left
    /// to raise.
    fileprivate func isReadable(under plan: AnswerPlan) -> Bool {
        guard case .messages(let messages) = prompt else { return false }
        return plan.instruction == nil && plan.model == .asked && plan.level < .high
            && steer.isEmpty && messages.allSatisfy { $0.role != .system }
    }

    /// The question as a plan has it asked.
    fileprivate func following(_ plan: AnswerPlan) -> Question {
        var question = self
        if let instruction = plan.instruction, case .messages(var messages) = prompt,
            let last = messages.lastIndex(where: { $0.role == .user })
        {
            messages[last].content += instruction
            question.prompt = .messages(messages)
        }
        question.options = options.following(plan)
        if plan.model == .askedElsewhere, let other = question.model.engines.last {
            question.model.engines = [other]
        }
        // A token's text would tell what the review leaves out.
        if plan.isReviewed { question.logprobs = nil }
        return question
    }
}

extension SamplingOptions {
    /// What a model is asked with under a plan.
    func following(_ plan: AnswerPlan) -> SamplingOptions {
        guard let most = plan.mostTokens else { return self }
        var options = self
        options.maxTokens = min(maxTokens, most)
        options.temperature = 0
        return options
    }
}
