/// What is done about a message; there is no case for silence, and none for an end.
public enum Action: String, Sendable, Codable, CaseIterable, Hashable {
    /// The question is answered as it stands.
    case answer
    /// It is answered, with warnings where they belong and an eye on the person.
    case answerWithCare = "answer-with-care"
    /// First it is asked what it is for.
    case askWhy = "ask-why"
    /// The person comes first, the question after.
    case supportFirst = "support-first"
    /// One part is declined, with the reason, and with what can be done instead.
    case decline = "decline-with-reason-and-next-step"

    /// For people.
    var phrase: String {
        switch self {
        case .answer: "answer"
        case .answerWithCare: "answer with care"
        case .askWhy: "ask why"
        case .supportFirst: "support the person first"
        case .decline: "decline that part, say why, and offer a next step"
        }
    }
}
