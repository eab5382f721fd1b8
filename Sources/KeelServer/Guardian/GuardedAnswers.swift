internal import KeelGuardian
internal import KeelLanguage

/// The answers to one question as they are shown: vetted words, and what passes of the model's.
struct GuardedAnswers {
    private struct Sample {
        var shown = ""
        var hasModel = false
        var hasVetted = false
        /// Whether what was shown last is vetted words.
        var endsVetted = false
        var isOver = false
    }

    let plan: AnswerPlan
    /// Of each answer; where the plan wants a review and there is none, nothing passes.
    var reviews: [Int: GuardReview] = [:]
    private let words: VettedWords
    private let day: CalendarDay
    private var samples: [Int: Sample] = [:]

    init(plan: AnswerPlan, samples: Range<Int>, words: VettedWords, on day: CalendarDay) {
        self.plan = plan
        self.words = words
        self.day = day
        for sample in samples { self.samples[sample] = Sample() }
    }

    var areOver: Bool { samples.values.allSatisfy(\.isOver) }

    /// What is shown before the model has written a word.
    mutating func open() -> [AnsweringEvent] {
        let text = words.text(of: plan.before, in: plan.language, on: day)
        return samples.keys.sorted().flatMap { write(text, of: $0, isVetted: true) }
    }

    /// What is shown of a piece of the model's.
    /// - Throws: Where it cannot be reviewed; nothing of it is shown then.
    mutating func take(_ text: String, _ tokens: [TokenLogprobs], of sample: Int) async throws
        -> [AnsweringEvent]
    {
        guard let one = samples[sample], !one.isOver else { return [] }
        if plan.isReviewed {
            let passed = try await reviewed(sample) { try await $0.feed(text) }
            return write(passed, of: sample, isVetted: false)
        }
        if case .cut(let count) = plan.model {
            let room = max(0, count - one.shown.count)
            let new = write(String(text.prefix(room)), of: sample, isVetted: false)
            guard text.count > room else { return new }
            return new + closing(sample) + end(sample, .cut, nil)
        }
        return write(text, of: sample, isVetted: false, tokens: tokens)
    }

    /// The end of an answer of the model's.
    /// - Throws: Where it cannot be reviewed.
    mutating func finish(_ sample: Int, _ completion: Completion) async throws -> [AnsweringEvent] {
        guard samples[sample]?.isOver == false else { return [] }
        guard plan.isReviewed else {
            return closing(sample) + end(sample, nil, completion)
        }
        let rest = try await reviewed(sample) { try await $0.finish() }
        var new = write(rest, of: sample, isVetted: false)
        let isBare = samples[sample]?.hasModel == false
        // Nothing of the model's is left: somebody who is at risk is not met with a form alone.
        if isBare { new += steady(.listening, sample) }
        return new + closing(sample) + end(sample, isBare ? .care : nil, completion)
    }

    /// Ends an answer whose rest cannot be read.
    mutating func holdBack(_ sample: Int) -> [AnsweringEvent] {
        guard let one = samples[sample], !one.isOver else { return [] }
        return steady(one.hasModel ? .heldBack : .unanswered, sample) + closing(sample)
            + end(sample, .guardError, nil)
    }

    /// Ends all answers that are not over, where the model gives no more.
    mutating func end(by end: GuardEnd) -> [AnsweringEvent] {
        samples.keys.sorted().flatMap { sample -> [AnsweringEvent] in
            guard let one = samples[sample], !one.isOver else { return [] }
            var new: [AnsweringEvent] = []
            // Of a plan that asks no model, what stands there is the whole answer.
            if plan.model != .notAsked || one.shown.isEmpty {
                new = steady(one.hasModel ? .brokenOff : .unanswered, sample)
            }
            return new + closing(sample) + self.end(sample, end, nil)
        }
    }

    private mutating func reviewed(
        _ sample: Int, _ body: (inout GuardReview) async throws -> String
    ) async throws -> String {
        guard var review = reviews[sample] else { throw GuardFailure.rubbish("there is no review") }
        let text = try await body(&review)
        reviews[sample] = review
        return text
    }

    private mutating func steady(_ steady: VettedSentence.Steady, _ sample: Int)
        -> [AnsweringEvent]
    {
        write(steady.text(in: plan.language), of: sample, isVetted: true)
    }

    /// What was planned to follow the model's words.
    private mutating func closing(_ sample: Int) -> [AnsweringEvent] {
        let text = words.text(of: plan.after, in: plan.language, on: day)
        return write(text, of: sample, isVetted: true)
    }

    /// Shows words; vetted ones are paragraphs of their own.
    private mutating func write(
        _ text: String, of sample: Int, isVetted: Bool, tokens: [TokenLogprobs] = []
    ) -> [AnsweringEvent] {
        guard !text.isEmpty || !tokens.isEmpty, var one = samples[sample] else { return [] }
        var text = text
        if !text.isEmpty {
            if !one.shown.isEmpty, isVetted || one.endsVetted { text = "\n\n" + text }
            one.shown += text
            one.endsVetted = isVetted
            one.hasVetted = one.hasVetted || isVetted
            one.hasModel = one.hasModel || !isVetted
            samples[sample] = one
        }
        return [.sample(.piece(sample: sample, text: text, tokens: tokens))]
    }

    private mutating func end(_ sample: Int, _ end: GuardEnd?, _ completion: Completion?)
        -> [AnsweringEvent]
    {
        guard var one = samples[sample] else { return [] }
        one.isOver = true
        samples[sample] = one
        var whole = completion ?? Completion(text: one.shown, tokens: [], finish: .stop)
        if plan.isReviewed || one.hasVetted {
            // Tokens and readings are of what the model wrote, which is not what was shown.
            whole.text = one.shown
            whole.tokens = []
            whole.readings = nil
        }
        let review: DecisionEntry.Shown.Review =
            if !one.hasModel, one.hasVetted {
                .replaced
            } else if !plan.isReviewed {
                .unreviewed
            } else {
                end == nil ? .reviewed : .replaced
            }
        return [
            .guardEnded(sample: sample, end: end, review: review),
            .sample(.finished(sample: sample, whole)),
        ]
    }
}
