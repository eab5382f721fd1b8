/// Why two answers make no row.
public enum PairDefect: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// One was not given, or is empty.
    case missing
    /// One reached the limit on tokens: learned from, it would teach to end anywhere.
    case cutOff = "cut-off"
    /// They have the same words.
    case same
    /// One is much longer, and length would be learned with the trait or instead of it.
    case length
    /// The two orders disagree, and only agreeing pairs are wanted.
    case uncertain
    /// The same two answers to the same message made a row already; training would refuse it.
    case repeats
    /// Nobody compared them yet.
    case notRanked = "not-ranked"

    /// - Returns: Nil where the two may make a row.
    init?(_ one: AnswerRecord?, _ other: AnswerRecord?, _ config: CharacterConfig) {
        guard let one, let other else {
            self = .missing
            return
        }
        let (words, others) = (Words(one.text), Words(other.text))
        let (short, long) = (min(words.count, others.count), max(words.count, others.count))
        if one.isCutOff || other.isCutOff {
            self = .cutOff
        } else if short == 0 {
            self = .missing
        } else if words.list == others.list {
            self = .same
        } else if Double(long) > config.greatestLengthRatio * Double(short) {
            self = .length
        } else {
            return nil
        }
    }
}
