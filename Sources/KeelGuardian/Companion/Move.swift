/// Something the companion does in an answer; no move ends a conversation.
public enum Move: String, Sendable, Codable, CaseIterable, Hashable {
    /// Answers what was asked.
    case answer
    /// Answers, with warnings where they belong.
    case answerWithCare = "answer-with-care"
    /// Asks what a question is for.
    case askWhy = "ask-why"
    /// Declines a part, says why, and offers something else.
    case declinePart = "decline-part"
    /// Says back what was heard.
    case listen
    /// Says that it stays.
    case stay
    /// Asks plainly about suicide.
    case askDirectly = "ask-directly"
    /// Asks whether there is a plan or a time.
    case askPlan = "ask-plan"
    /// Asks whether what they would use is near.
    case askMeans = "ask-means"
    /// Asks who could be with them.
    case askWhoIsThere = "ask-who-is-there"
    /// Asks whether it may bring a person into the room.
    case offerPerson = "offer-person"
    /// Names help that is there at any hour, from the table, or asks for the country.
    case offerResource = "offer-resource"
    /// Speaks for a professional and for somebody they trust.
    case encouragePeople = "encourage-people"
    /// Asks to call the emergency number now.
    case urgeEmergency = "urge-emergency"
    /// Accepts that emergency help was refused, and still wants a person to be there.
    case hearRefusal = "hear-refusal"
    /// Asks what stands in the way of help.
    case askBarrier = "ask-barrier"
    /// Shows a way to help that asks less: somebody else calls, or comes along.
    case otherWay = "other-way"
    /// Asks to put distance between the person and what could kill.
    case distanceFromMeans = "distance-from-means"
    /// Says that it is a program and cannot send help.
    case sayProgram = "say-program"
    /// Offers one small step to get through the next hour.
    case smallStep = "small-step"
    /// Asks about safety, once, when somebody at risk takes leave.
    case checkSafety = "check-safety"
    /// Takes leave warmly, without a hook.
    case letGo = "let-go"

    /// Whether it asks the person something.
    public var asks: Bool {
        switch self {
        case .askWhy, .askDirectly, .askPlan, .askMeans, .askWhoIsThere, .askBarrier, .offerPerson,
            .checkSafety:
            true
        case .answer, .answerWithCare, .declinePart, .listen, .stay, .offerResource,
            .encouragePeople, .urgeEmergency, .hearRefusal, .otherWay, .distanceFromMeans,
            .sayProgram, .smallStep, .letGo:
            false
        }
    }
}
