/// Something that holds of an exchange, and that a value can speak to.
public enum Circumstance: String, Sendable, Codable, CaseIterable, Hashable {
    /// Holds always.
    case always
    /// There is some sign of pain, or more.
    case someRisk = "some-risk"
    /// There is a sign that somebody may want to die, or more.
    case atRisk = "at-risk"
    /// A life is in danger this minute.
    case imminent
    /// What can kill is asked about.
    case asksHazard = "asks-hazard"
    /// It has been said what for.
    case saysWhy = "says-why"
    /// Hurting somebody else is spoken of as an aim.
    case violence
    /// Somebody hurts the person.
    case endured
    /// The person takes leave.
    case leaving
    /// The person asks what they talk with, or whether it feels for them.
    case asksNature = "asks-nature"
    /// The person asks that nobody be told.
    case asksSecrecy = "asks-secrecy"

    /// What holds after a reading.
    ///
    /// Danger holds for the rest of the conversation; a question only for the message that asks it,
    /// except that a question about what can kill is still open when a sign comes after it.
    public static func all(in reading: RiskReading) -> Set<Circumstance> {
        var all: Set<Circumstance> = [.always]
        if reading.level >= .low { all.insert(.someRisk) }
        if reading.level >= .moderate { all.insert(.atRisk) }
        if reading.level == .imminent { all.insert(.imminent) }
        let now = reading.newKinds
        if now.contains(.hazard) || reading.level >= .moderate && reading.kinds.contains(.hazard) {
            all.insert(.asksHazard)
        }
        if reading.kinds.contains(.purpose) { all.insert(.saysWhy) }
        if reading.kinds.contains(.violence) { all.insert(.violence) }
        if reading.kinds.contains(.endured) { all.insert(.endured) }
        if now.contains(.leaving) { all.insert(.leaving) }
        if now.contains(.nature) { all.insert(.asksNature) }
        if now.contains(.secrecy) { all.insert(.asksSecrecy) }
        return all
    }
}
