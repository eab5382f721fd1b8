/// One piece of a report's section.
public indirect enum Block: Sendable {
    case paragraph(Prose)
    case list([Prose])
    /// Lines to be typed or read as they are, such as commands.
    case code(String)
    case callout(Callout)
    case chart(any Chart)
    case table(Table)
    case transcript([Turn])
    case details(Details)
    case ranking(Ranking)
    /// Blocks beside each other, such as those of two runs; one above the other where there is
    /// little room.
    case columns([[Block]])
}

/// A remark that should not be missed.
public struct Callout: Hashable, Sendable {
    /// What kind of remark it is.
    public enum Kind: String, Hashable, Sendable {
        case note, warning, verdict
    }

    public var kind: Kind
    /// In a few words.
    public var title: String
    public var body: Prose

    public init(_ kind: Kind, title: String, _ body: Prose) {
        self.kind = kind
        self.title = title
        self.body = body
    }
}

/// One message of a conversation, or one of several answers to it.
public struct Turn: Hashable, Sendable {
    /// Whose message it is, for its place and colour.
    public enum Speaker: String, Hashable, Sendable {
        case system, user, assistant

        fileprivate var name: String {
            switch self {
            case .system: "System"
            case .user: "User"
            case .assistant: "Assistant"
            }
        }
    }

    /// Whose message it is.
    public var speaker: Speaker
    /// Who speaks, in words: `Assistant, sample 3`.
    public var label: String
    public var text: Prose

    public init(_ speaker: Speaker, label: String? = nil, _ text: Prose) {
        self.speaker = speaker
        self.label = label ?? speaker.name
        self.text = text
    }
}

/// Blocks that a reader opens by their summary.
public struct Details: Sendable {
    /// What stands there while it is closed.
    public var summary: Prose
    /// What a link can point to: letters, digits and hyphens, unique on the page.
    public var anchor: String?
    /// In order.
    public var blocks: [Block]
    /// Whether the blocks are built only when opened, which keeps a page with thousands of samples
    /// fast; a reader without scripts cannot open them.
    public var isDeferred: Bool
    /// Whether the summary is a heading, so that one can go from heading to heading by keyboard.
    public var isHeading: Bool

    public init(
        _ summary: Prose, anchor: String? = nil, isDeferred: Bool = false, isHeading: Bool = false,
        _ blocks: [Block]
    ) {
        self.summary = summary
        self.anchor = anchor
        self.isDeferred = isDeferred
        self.isHeading = isHeading
        self.blocks = blocks
    }
}
