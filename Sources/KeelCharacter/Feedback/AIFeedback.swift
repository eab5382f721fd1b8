public import KeelLanguage

/// Preferences of a model between answers, by principles (Bai 2022).
public struct AIFeedback: Sendable {
    private let model: any ChatModel
    private let reading: PairReading

    /// - Parameters:
    ///   - model: The model itself, or one that judges for it; it must score given text.
    ///   - reading: How its preference is read.
    public init(_ model: any ChatModel, reading: PairReading = .letters) {
        self.model = model
        self.reading = reading
    }

    /// How much each pair's first answer is preferred to its second.
    /// - Parameters:
    ///   - pairs: Positions in `answers`.
    ///   - answers: Answers to one conversation.
    ///   - conversation: Ends with the user's turn.
    ///   - criterion: What they are compared by.
    /// - Returns: A score for each pair, in their order.
    /// - Throws: What the model throws; `CharacterError.noPreference` where it gives no finite
    ///   score.
    public func scores(
        _ pairs: [AnswerPair], of answers: [String], to conversation: [Message],
        by criterion: Criterion
    ) async throws -> [PairScore] {
        switch reading {
        case .letters:
            var scores: [PairScore] = []
            for pair in pairs {
                let (one, other) = (answers[pair.one], answers[pair.other])
                let first = try await margin([one, other], conversation, criterion)
                let second = try await margin([other, one], conversation, criterion)
                scores.append(PairScore(first: first, second: -second))
            }
            return scores
        case .likelihood:
            let gains = try await gains(answers, conversation, criterion)
            return pairs.map { PairScore(first: gains[$0.one] - gains[$0.other]) }
        }
    }

    /// The mean probability with which each answer is preferred to each of the others, 0 to 1.
    ///
    /// A single answer has nothing to be preferred to and gets 0.5.
    /// - Parameters:
    ///   - answers: Answers to one conversation.
    ///   - conversation: Ends with the user's turn.
    ///   - criterion: What they are compared by.
    /// - Returns: A rate for each answer; their mean is 0.5.
    /// - Throws: As `scores`.
    public func winRates(
        of answers: [String], to conversation: [Message], by criterion: Criterion
    ) async throws -> [Double] {
        guard answers.count > 1 else { return answers.map { _ in 0.5 } }
        let pairs = AnswerPair.all(of: answers.count)
        let scores = try await scores(pairs, of: answers, to: conversation, by: criterion)
        var wins = [Double](repeating: 0, count: answers.count)
        for (pair, score) in zip(pairs, scores) {
            let probability = score.probability(strength: criterion.strength)
            wins[pair.one] += probability
            wins[pair.other] += 1 - probability
        }
        return wins.map { $0 / Double(answers.count - 1) }
    }

    /// Log-odds of the letter of the answer shown first.
    private func margin(
        _ answers: [String], _ conversation: [Message], _ criterion: Criterion
    ) async throws -> Double {
        let question = FeedbackQuestion(
            conversation: conversation, answers: answers, criterion: criterion)
        let letters = try await sums(FeedbackQuestion.letters, question.prompt)
        return letters[0] - letters[1]
    }

    /// How many nats likelier each answer is behind the clause and its examples answered well than
    /// behind these answered badly, or behind nothing where it has none.
    ///
    /// By Bayes' rule, the difference between two answers is the log-odds that the one rather than
    /// the other was given by the clause, where one of them was.
    private func gains(
        _ answers: [String], _ conversation: [Message], _ criterion: Criterion
    ) async throws -> [Double] {
        // No words are as likely by the clause as against it.
        let texts = answers.filter { !$0.isEmpty }
        let with = try await sums(texts, criterion.keeping(conversation))
        let without = try await sums(texts, criterion.breaking(conversation))
        var gains = zip(with, without).map(-)[...]
        return answers.map { $0.isEmpty ? 0 : gains.popFirst() ?? 0 }
    }

    private func sums(_ texts: [String], _ prompt: Prompt) async throws -> [Double] {
        let scores = try await model.score(texts, after: prompt)
        guard scores.count == texts.count,
            scores.allSatisfy({ !$0.logprobs.isEmpty && $0.sum.isFinite })
        else { throw CharacterError.noPreference(model: model.name) }
        return scores.map(\.sum)
    }
}

/// Two answers of a list.
public struct AnswerPair: Hashable, Sendable, Codable {
    /// Place in the list, from 0.
    public var one: Int
    /// Place in the list, from 0; not that of `one`.
    public var other: Int

    public init(_ one: Int, _ other: Int) {
        self.one = one
        self.other = other
    }

    /// Every pair of so many answers once, the smaller number first.
    public static func all(of count: Int) -> [AnswerPair] {
        (0..<max(0, count)).flatMap { one in
            (one + 1..<max(one + 1, count)).map { AnswerPair(one, $0) }
        }
    }
}

extension [Message] {
    /// What the system message says; nil where there is none.
    var systemText: String? {
        let texts = filter { $0.role == .system }.map(\.content)
        return texts.isEmpty ? nil : texts.joined(separator: "\n\n")
    }
}
