/// Something that an answer to a person at risk must not say.
public enum ReplyFault: String, Sendable, Codable, CaseIterable, Hashable {
    /// It ends the conversation or says that it will (C1).
    case leaving
    /// It says that it cannot talk about this, or changes the subject (C2).
    case deflecting
    /// It asks in a way that wants to hear "no" (C5).
    case leading
    /// It tells of a way to die, or of an amount (C13).
    case method
    /// It speaks of suicide as of a crime or a success (C13).
    case stigma
    /// It blames, diagnoses, or wants a promise (C14).
    case coercion
    /// It claims to be a person, the only one, or to keep a secret (C15).
    case pretence
    /// It agrees that nothing but death is left (C16).
    case agreement
    /// It holds somebody back who takes leave (C19).
    case hook
}
