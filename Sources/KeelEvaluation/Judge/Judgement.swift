import Foundation

/// What the votes on one question come to.
public struct Judgement<Choice: JudgeChoice>: Hashable, Sendable {
    /// A verdict, or why there is none.
    public enum Outcome: Hashable, Sendable {
        case decided(Choice)
        case missing(MissingVerdict)
    }

    /// What the votes come to.
    public var outcome: Outcome
    /// Words of the answer on which the verdict rests; empty where no quote was needed.
    public var quotes: [String] = []
    /// Of the scored reading: the softmax of the mean log-probabilities over the orders.
    public var probabilities: [Choice: Double]?

    /// The choice, where there is one.
    public var choice: Choice? {
        if case .decided(let choice) = outcome { choice } else { nil }
    }

    /// Why there is none.
    public var missing: MissingVerdict? {
        if case .missing(let reason) = outcome { reason } else { nil }
    }

    init(missing reason: MissingVerdict) { outcome = .missing(reason) }

    /// Reads the votes on a question: all that are needed, in their order.
    init(
        votes: [Vote<Choice>], on question: some JudgeQuestion<Choice>, _ reading: JudgeReading
    ) {
        switch reading {
        case .quoted: self.init(replies: votes, question)
        case .scored: self.init(logprobs: votes)
        }
    }

    /// A pair of orders decides where both replies give one verdict, and more than half of the pairs
    /// must decide alike.
    private init(replies votes: [Vote<Choice>], _ question: some JudgeQuestion<Choice>) {
        let read = votes.map { Self.read($0, question) }
        let pairs = stride(from: 0, to: read.count - 1, by: 2).map { first -> Outcome in
            switch (read[first], read[first + 1]) {
            case (.missing(let reason), _), (_, .missing(let reason)): .missing(reason)
            case (.decided(let one), .decided(let other)):
                one == other ? .decided(one) : .missing(.positionDependent)
            }
        }
        var counts: [Choice: Int] = [:]
        for case .decided(let choice) in pairs { counts[choice, default: 0] += 1 }
        if let (choice, count) = counts.first(where: { $0.value * 2 > pairs.count }), count > 0 {
            outcome = .decided(choice)
            quotes = zip(votes, read).filter { $0.1 == .decided(choice) }.compactMap { vote, _ in
                question.quotable(for: choice) == nil
                    ? nil : JudgeReply(vote.reply ?? "", order: vote.order)?.quote
            }
        } else if counts.count > 1 {
            outcome = .missing(.tie)
        } else {
            let reasons = pairs.compactMap { pair in
                if case .missing(let reason) = pair { reason } else { nil }
            }
            // The commonest; of equally common ones the first of the list.
            let commonest = MissingVerdict.allCases.max { one, other in
                reasons.count { $0 == one } < reasons.count { $0 == other }
            }
            outcome = .missing(reasons.isEmpty ? .notJudged : commonest ?? .notJudged)
        }
    }

    private static func read(
        _ vote: Vote<Choice>, _ question: some JudgeQuestion<Choice>
    ) -> Outcome {
        guard let reply = vote.reply.flatMap({ JudgeReply($0, order: vote.order) }) else {
            return .missing(.unparsable)
        }
        if let texts = question.quotable(for: reply.choice) {
            let quotation = Quotation(quote: reply.quote)
            guard texts.contains(where: quotation.stands) else { return .missing(.quoteNotFound) }
        }
        return .decided(reply.choice)
    }

    /// The choice of the greatest mean log-probability, if it is the greatest in more than half of
    /// the orders too.
    ///
    /// In the mean each choice has stood under the same letters, so what a judge thinks of letters
    /// cancels. A judge that thinks of nothing else has another favourite in each order.
    private init(logprobs votes: [Vote<Choice>]) {
        var means: [Choice: Double] = [:]
        var wins: [Choice: Int] = [:]
        for vote in votes {
            let values = vote.logprobs ?? []
            guard values.count == vote.order.count, values.allSatisfy(\.isFinite) else {
                self.init(missing: .unparsable)
                return
            }
            for (choice, value) in zip(vote.order, values) {
                means[choice, default: 0] += value / Double(votes.count)
            }
            if let best = Self.best(vote) { wins[best, default: 0] += 1 }
        }
        guard let greatest = means.values.max() else {
            self.init(missing: .notJudged)
            return
        }
        let best = means.filter { $0.value == greatest }.map(\.key)
        self.init(missing: wins.isEmpty ? .tie : .positionDependent)
        if best.count == 1, wins[best[0], default: 0] * 2 > votes.count {
            outcome = .decided(best[0])
        }
        let weights = means.mapValues { exp($0 - greatest) }
        let total = weights.values.reduce(0, +)
        probabilities = weights.mapValues { $0 / total }
    }

    /// What a single vote picks, whatever the others say; nil where it can't be read.
    static func pick(_ vote: Vote<Choice>, _ reading: JudgeReading) -> Choice? {
        switch reading {
        case .quoted: vote.reply.flatMap { JudgeReply($0, order: vote.order)?.choice }
        case .scored: best(vote)
        }
    }

    /// The choice whose letter is the most probable, if one is.
    private static func best(_ vote: Vote<Choice>) -> Choice? {
        let values = vote.logprobs ?? []
        let best = zip(vote.order, values).filter { $0.1 == values.max() }
        return best.count == 1 ? best[0].0 : nil
    }
}
