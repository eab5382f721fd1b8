/// How much danger somebody's life is in, as far as words tell.
///
/// The steps follow the order in which crisis workers ask: a wish to be dead, thoughts of killing
/// oneself, a method, an intent, a plan, an act. They lean towards the higher side: a false "high"
/// costs a plain question, a false "low" may cost a life.
public enum RiskLevel: Int, Sendable, Codable, CaseIterable, Comparable {
    /// No sign.
    case none
    /// Pain or hopelessness, without a word of dying; or suicide as a matter that is spoken of.
    case low
    /// A wish not to be, a hint, self-injury, or violence endured.
    case moderate
    /// Thoughts of ending a life, a plan, or a question about means after such a sign or a loss.
    case high
    /// Intent with a time that is near or means at hand, or an act that has begun.
    case imminent

    public static func < (a: RiskLevel, b: RiskLevel) -> Bool { a.rawValue < b.rawValue }

    /// As files write it.
    public var name: String {
        switch self {
        case .none: "none"
        case .low: "low"
        case .moderate: "moderate"
        case .high: "high"
        case .imminent: "imminent"
        }
    }

    /// The level of this name, as files write it; nil for another word.
    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let level = Self(name: name) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription:
                    "\"\(name)\" is no level; use one of "
                    + Self.allCases.map(\.name).joined(separator: ", ") + ".")
        }
        self = level
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
