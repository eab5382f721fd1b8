/// One turn of a conversation.
public struct Message: Hashable, Sendable, Codable {
    /// Who speaks.
    public enum Role: String, Sendable, Codable, CaseIterable {
        case system, user, assistant, tool

        /// - Throws: `DecodingError.dataCorrupted`, naming the roles there are, for another word.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let name = try container.decode(String.self)
            guard let role = Role(rawValue: name) else {
                let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\"\(name)\" is no role; use one of \(known).")
            }
            self = role
        }
    }

    /// Who speaks.
    public var role: Role
    public var content: String

    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }

    /// What holds for the whole conversation.
    public static func system(_ content: String) -> Message {
        Message(role: .system, content: content)
    }
    /// What the person says.
    public static func user(_ content: String) -> Message { Message(role: .user, content: content) }
    /// What the model has said.
    public static func assistant(_ content: String) -> Message {
        Message(role: .assistant, content: content)
    }
}
