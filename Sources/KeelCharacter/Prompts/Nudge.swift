/// One wording, put more and less strongly: a principle is a push of some size, and no law.
public enum Nudge: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing is said.
    case none
    case mild
    /// The wording as it stands.
    case plain
    case strong
    /// With "always" and "never".
    case absolute

    /// The system message of a wording at this strength.
    /// - Parameters:
    ///   - wording: What is asked for.
    ///   - scope: Where it applies; nil for everywhere.
    /// - Returns: The message, empty where nothing is said.
    public func system(_ wording: String, scope: String? = nil) -> String {
        let clause = told(wording, where: scope)
        return switch self {
        case .none: ""
        case .mild: "Where nothing speaks against it, lean a little towards this: \(clause)"
        case .plain: clause
        case .strong: "This matters a great deal: \(clause)"
        case .absolute: "Always, and without any exception: \(clause) Never do otherwise."
        }
    }
}
