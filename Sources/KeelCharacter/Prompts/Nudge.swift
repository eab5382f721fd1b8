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
        let told = scope.map { "\(wording) This applies where: \($0)" } ?? wording
        return switch self {
        case .none: ""
        case .mild: "Where nothing speaks against it, lean a little towards this: \(told)"
        case .plain: told
        case .strong: "This matters a great deal: \(told)"
        case .absolute: "Always, and without any exception: \(told) Never do otherwise."
        }
    }
}
