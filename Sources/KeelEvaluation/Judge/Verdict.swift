/// What a judge may choose between.
public protocol JudgeChoice: RawRepresentable<String>, Hashable, Sendable, Codable, CaseIterable {}

/// What a judge says about one answer, by a rubric.
public enum Verdict: String, JudgeChoice {
    case behaviour, opposite, neither
}

/// Which of two answers to one question shows a rubric's behaviour more, as a judge sees it.
public enum Preference: String, JudgeChoice {
    case baseline, candidate
    case equal
}

/// Why there is no verdict; it is then missing, and counted as missing.
public enum MissingVerdict: String, Hashable, Sendable, Codable, CaseIterable,
    CodingKeyRepresentable
{
    /// The run does not hold the answer.
    case noAnswer = "no-answer"
    /// Some vote is not there: not asked yet, or the judge failed.
    case notJudged = "not-judged"
    /// The reply does not have the form that was asked for.
    case unparsable
    /// The words that the judge quoted do not stand in the answer.
    case quoteNotFound = "quote-not-found"
    /// The verdict changed with the order in which the choices stood.
    case positionDependent = "position-dependent"
    /// The pairs of votes contradict each other, or all letters are equally probable.
    case tie

    /// The reason in words.
    public var words: String { rawValue.replacing("-", with: " ") }
}

/// How a judge's verdict is read.
public enum JudgeReading: String, Hashable, Sendable, Codable, CaseIterable {
    /// From a reply with a quote, which must stand in the answer, and a letter.
    case quoted
    /// From the log-probabilities of the letters; for small models, which can't keep to a form.
    case scored
}
