/// Something that happens in a room.
///
/// Times are seconds since 1970.
public enum RoomEvent: Hashable, Sendable, Codable {
    /// The person wrote, at the level read so far.
    case personSpoke(level: RiskLevel, at: Double)
    /// The person agreed that somebody be invited.
    case personConsented
    /// The person would rather not.
    case personDeclined
    /// The person has seen the summary, and lets it be sent.
    case summaryApproved(at: Double)
    /// A helper has come in by their link.
    case helperJoined(at: Double)
    /// The helper has said something, at this time.
    case helperSpoke(at: Double)
    /// The helper has gone.
    case helperLeft
    /// The time is this; deadlines that lie before it have passed.
    case clock(at: Double)
    /// The person closed the conversation. Nobody else can.
    case personClosed
    /// The model was found not to work, or to work again.
    case modelFailed
    case modelRecovered
}

/// Something that is done when something has happened, in order.
public enum RoomEffect: Hashable, Sendable, Codable {
    /// The model answers the person.
    case answer
    /// A vetted sentence is shown in the model's place, which does not work.
    case steadySentence
    /// The person is asked whether somebody may be invited.
    case ask
    /// The person is shown what would be sent.
    case showSummary
    /// The summary and a link are sent to helpers, who have until then.
    case invite(until: Double)
    /// The person is told where things stand.
    case tell(News)
    /// The helper is shown the person's words.
    case pass

    /// What the person is told.
    public enum News: String, Sendable, Codable, CaseIterable {
        /// The refusal is respected, and the model stays.
        case declined
        /// Somebody was invited.
        case invited
        /// Nobody has come in time; the model says so and stays.
        case nobodyCame = "nobody-came"
        /// A helper is there.
        case helperJoined = "helper-joined"
        /// The model falls silent while the helper talks, and says that it comes back.
        case steppingBack = "stepping-back"
        /// The model is back.
        case returned
    }
}
