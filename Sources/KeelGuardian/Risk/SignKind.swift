/// What a phrase is a sign of.
public enum SignKind: String, Sendable, Codable, CaseIterable, Hashable {
    /// Suicide is spoken of, as a matter or as somebody's past.
    case topic
    /// Hopelessness, worthlessness, being a burden, being at an end.
    case distress
    /// A job, a person, health or home has been lost.
    case loss
    /// A wish not to be, without a word of killing.
    case passive
    /// Hurting oneself, without a word of dying.
    case injury
    /// Thoughts of, or a wish for, ending one's life; somebody else's too.
    case active
    /// A way has been chosen, a letter written, a day fixed.
    case plan
    /// Things are settled or given away, as people also do who move house.
    case parting
    /// Something to do it with is owned.
    case means
    /// It is in reach this minute, or the person stands where it could happen.
    case atHand
    /// A time within a day.
    case near
    /// A last greeting.
    case farewell
    /// An act has begun, or has just been done.
    case progress
    /// A question about what can kill or how high, that students ask too.
    case hazard
    /// What a question is for: study, work, care. It lowers nothing.
    case purpose
    /// An intent to hurt somebody else.
    case violence
    /// Somebody hurts or threatens the person.
    case endured
    /// Leave is taken for today.
    case leaving
    /// The person asks what they are talking with.
    case nature
    /// The person asks that nobody be told.
    case secrecy
    /// Help is refused, or something stands in its way. It changes no level.
    case refusal
}

extension SignKind {
    /// The level of a set of signs.
    ///
    /// It never falls when a sign is added: what was said is not unsaid by what is said next.
    /// - Parameters:
    ///   - kinds: The signs in the conversation so far.
    ///   - nearIntent: Whether a time within a day stands close to a wish, an intent or a plan.
    /// - Returns: The highest level that any rule gives.
    package static func level(of kinds: Set<SignKind>, nearIntent: Bool) -> RiskLevel {
        func has(_ any: SignKind...) -> Bool { any.contains(where: kinds.contains) }
        let intends = has(.active, .plan)
        let hints = has(.passive, .farewell, .injury)

        if has(.progress) { return .imminent }
        if intends, nearIntent || has(.atHand) { return .imminent }
        if hints || has(.distress), has(.atHand) { return .imminent }
        if has(.passive, .farewell), has(.means, .parting), nearIntent { return .imminent }

        if intends || has(.violence) { return .high }
        if has(.hazard, .topic), hints || has(.distress, .loss) { return .high }
        if has(.means, .parting), hints || has(.distress) { return .high }
        if has(.farewell), has(.passive, .distress) { return .high }
        if nearIntent, has(.passive, .farewell) { return .high }

        if hints || has(.endured) { return .moderate }
        if has(.distress, .topic) { return .low }
        return .none
    }
}
