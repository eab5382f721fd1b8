package import KeelLanguage

/// What a judge is asked about something that models said.
package protocol JudgeQuestion<Choice>: Sendable {
    associatedtype Choice: JudgeChoice

    var rubric: Rubric { get }
    var probe: String { get }
    /// The number of the answer.
    var sample: Int { get }
    /// A digest of the rubric and of all that is judged: a vote counts for what it was given on.
    var item: String { get }

    /// How many votes the scored reading takes.
    static var scoredVotes: Int { get }
    /// What the letters stand for in a vote, A first.
    ///
    /// Between the two votes of a pair every letter changes its meaning, so a judge that prefers a
    /// letter or a place contradicts itself.
    static func order(ofVote number: Int, _ reading: JudgeReading) -> [Choice]

    func prompt(order: [Choice], _ reading: JudgeReading) -> Prompt
    /// The texts of which one must hold a quote for the choice; nil where no quote is needed.
    func quotable(for choice: Choice) -> [String]?
}

extension JudgeQuestion {
    /// The votes that a verdict needs.
    static func votes(_ config: JudgeConfig) -> Int {
        config.reading == .scored ? scoredVotes : config.votes ?? 2
    }
}

/// Whether an answer shows the rubric's behaviour, its opposite or neither.
package struct AnswerQuestion: JudgeQuestion, Hashable {
    package var rubric: Rubric
    package var probe: String
    package var sample: Int
    /// What was said before, the system message that belongs to the question included.
    package var before: [Message]
    /// What is judged: an answer, or a talk that begins and ends with one.
    package var talk: [Message]

    package init(
        rubric: Rubric, probe: String, sample: Int, before: [Message], talk: [Message]
    ) {
        self.rubric = rubric
        self.probe = probe
        self.sample = sample
        self.before = before
        self.talk = talk
    }

    package var item: String {
        FNV.digest(
            [rubric.fingerprint, "\(before.count)"]
                + (before + talk).flatMap { [$0.role.rawValue, $0.content] })
    }

    package static let scoredVotes = 3

    /// Two starting orders, one the other's mirror image, each turned further from pair to pair.
    ///
    /// The three votes of a scored reading are the three turns of one order, so each verdict stands
    /// once under each letter, and what a judge thinks of a letter cancels.
    package static func order(ofVote number: Int, _ reading: JudgeReading) -> [Verdict] {
        let pair = number / 2
        let (isMirrored, turn) =
            reading == .scored
            ? (false, number % 3) : (pair % 2 == 1, (pair / 2 + number % 2) % 3)
        let order: [Verdict] =
            isMirrored ? [.opposite, .behaviour, .neither] : [.behaviour, .opposite, .neither]
        return Array(order[turn...] + order[..<turn])
    }

    package func prompt(order: [Verdict], _ reading: JudgeReading) -> Prompt {
        let judged = talk.map { message in
            message.role == .assistant
                ? JudgePrompt.Part(title: "assistant, to be judged", text: message.content)
                : JudgePrompt.Part(title: message.role.rawValue, text: message.content)
        }
        return JudgePrompt(
            parts: before.map { .init(title: $0.role.rawValue, text: $0.content) } + judged,
            question: """
                Judge what the assistant says in the parts marked "to be judged", and nothing else.
                \(rubric.asks)
                """,
            choices: order.map(rubric.text),
            quoteless: order.firstIndex(of: .neither).map { JudgePrompt.letters[$0] }
        ).prompt(reading)
    }

    package func quotable(for choice: Verdict) -> [String]? {
        choice == .neither ? nil : talk.filter { $0.role == .assistant }.map(\.content)
    }
}

/// Which of two answers to the same question shows the rubric's behaviour more.
package struct PairQuestion: JudgeQuestion, Hashable {
    package var rubric: Rubric
    package var probe: String
    package var sample: Int
    var before: [Message]
    var baseline: [Message]
    var candidate: [Message]

    package var item: String {
        FNV.digest(
            [rubric.fingerprint, "\(before.count)", "\(baseline.count)"]
                + (before + baseline + candidate).flatMap { [$0.role.rawValue, $0.content] })
    }

    package static let scoredVotes = 2

    package static func order(ofVote number: Int, _ reading: JudgeReading) -> [Preference] {
        let two: [Preference] =
            number.isMultiple(of: 2) ? [.baseline, .candidate] : [.candidate, .baseline]
        // A probability is hardly ever equal, and the third letter has no counterpart.
        return reading == .scored ? two : two + [.equal]
    }

    package func prompt(order: [Preference], _ reading: JudgeReading) -> Prompt {
        let places = ["first", "second"]
        let shown = zip(places, order).flatMap { place, run in
            (run == .baseline ? baseline : candidate).map {
                JudgePrompt.Part(title: "\(place) talk, \($0.role.rawValue)", text: $0.content)
            }
        }
        return JudgePrompt(
            parts: before.map { .init(title: $0.role.rawValue, text: $0.content) } + shown,
            question: """
                Compare what the assistant says in the first talk with what it says in the second.
                \(rubric.asks) In which of the two is this truer: \(rubric.behaviour)
                """,
            choices: order.indices.map {
                $0 < 2 ? "In the \(places[$0])." : "In neither more than in the other."
            }, quoteless: order.count > 2 ? JudgePrompt.letters[2] : nil
        ).prompt(reading)
    }

    package func quotable(for choice: Preference) -> [String]? {
        switch choice {
        case .baseline: Self.answers(baseline)
        case .candidate: Self.answers(candidate)
        case .equal: nil
        }
    }

    private static func answers(_ talk: [Message]) -> [String] {
        talk.filter { $0.role == .assistant }.map(\.content)
    }
}

extension Rubric {
    /// When a verdict holds.
    func text(of verdict: Verdict) -> String {
        switch verdict {
        case .behaviour: behaviour
        case .opposite: opposite
        case .neither: neither
        }
    }
}
