/// One line of `judgements.jsonl`: what a judge replied to one question in one order.
///
/// The fields are stable:
/// - `rubric`, `probe`, `sample`: what was judged; `item`, a digest of the rubric and the texts.
/// - `vote`: the number of the vote, counted from 0. `order`: what the letters A, B, C stood for.
/// - `reply`, of a quoted reading: the judge's words as they came.
/// - `logprobs`, of a scored reading: the log-probability of each letter, in nats.
///
/// The line holds what the judge said, not what Keel makes of it: that is a pure function of it.
public struct Vote<Choice: JudgeChoice>: Hashable, Sendable, Codable {
    public var rubric: String
    public var probe: String
    public var sample: Int
    public var item: String
    public var vote: Int
    public var order: [Choice]
    public var reply: String?
    public var logprobs: [Double]?

    /// A judge's file holds at most one vote that counts for each.
    struct Key: Hashable {
        var rubric: String
        var probe: String
        var sample: Int
        var item: String
        var vote: Int
    }

    var key: Key { Key(rubric: rubric, probe: probe, sample: sample, item: item, vote: vote) }
}

extension JudgeQuestion {
    /// The key of a vote on this question, whose digest is known already: it costs something.
    func key(of item: String, vote number: Int) -> Vote<Choice>.Key {
        .init(rubric: rubric.id, probe: probe, sample: sample, item: item, vote: number)
    }
}
