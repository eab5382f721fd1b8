import KeelLanguage

/// A value of a row that is written in another program's form.
indirect enum JSONField: Hashable, Sendable, Encodable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case list([JSONField])
    case object([String: JSONField])

    static func messages(_ messages: [Message]) -> JSONField {
        .list(messages.map(message))
    }

    static func message(_ message: Message) -> JSONField {
        ["role": .text(message.role.rawValue), "content": .text(message.content)]
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .text(let text): try text.encode(to: encoder)
        case .number(let number): try number.encode(to: encoder)
        case .flag(let flag): try flag.encode(to: encoder)
        case .list(let items): try items.encode(to: encoder)
        case .object(let members): try members.encode(to: encoder)
        }
    }
}

extension JSONField: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral members: (String, JSONField)...) {
        self = .object(Dictionary(members) { $1 })
    }
}

extension JSONField: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self = .text(text) }
}
