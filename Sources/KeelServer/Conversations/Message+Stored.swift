internal import KeelLanguage
internal import KeelStore

extension Message {
    init(_ message: StoredMessage) {
        self.init(role: message.role == .user ? .user : .assistant, content: message.content)
    }

    /// Messages as a model reads them: in turns, and with a word on who was invited.
    static func turns(_ path: [StoredMessage]) -> [Message] {
        path.reduce(into: []) { turns, stored in
            var message = Message(stored)
            if stored.finish == HelperRoutes.finish {
                message.content =
                    "[\(stored.model ?? "A helper"), a person who was invited into this chat, wrote:] "
                    + message.content
            }
            if let last = turns.last, last.role == message.role {
                turns[turns.count - 1].content += "\n\n" + message.content
            } else {
                turns.append(message)
            }
        }
    }
}
