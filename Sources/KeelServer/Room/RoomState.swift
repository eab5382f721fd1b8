internal import Foundation
internal import KeelGuardian
internal import KeelStore

/// Something that happened in a room, as the store keeps it.
enum RoomEntry: Codable, Sendable {
    case began(Room.Patience)
    /// With the summary, where it was approved, or the name of the helper who joined and who that is: the
    /// digest of a session, or of the name of a token.
    case event(RoomEvent, text: String?, by: String? = nil)
    /// What was due under a key was done.
    case done(String)
    /// A link was made; it is known by its digest.
    case link(String)
    /// A link was used, and is good for nothing else; who used it is known by the digest of a session.
    case entered(link: String, session: String)
}

/// A room as its records make it: equal records, equal rooms.
struct RoomState: Sendable {
    struct News: Encodable, Hashable, Sendable {
        var news: RoomEffect.News
        /// Seconds since 1970.
        var at: Double
    }

    private(set) var room = Room()
    /// The number of the last record; 0 where there is none.
    private(set) var last = 0
    private(set) var keys: Set<String> = []
    private(set) var news: [News] = []
    /// Invitations that helpers have not yet been sent.
    private(set) var due: [(key: String, until: Double)] = []
    /// What the person has let be sent, and when.
    private(set) var summary: String?
    private(set) var approved: Double?
    private(set) var helper: String?
    /// Who the helper is, whatever they are called here.
    private(set) var helperID: String?
    private(set) var links: Set<String> = []
    private(set) var sessions: Set<String> = []

    /// - Throws: `DecodingError` for a record that this version does not know.
    init(_ records: [RoomRecord]) throws {
        for record in records { try apply(record) }
    }

    /// Whether a helper, as `helperID`, is in the room; rooms of an earlier version don't tell who it is.
    func has(_ helper: String) -> Bool {
        room.state.hasHelper && (helperID ?? helper) == helper
    }

    /// Takes in a record.
    /// - Returns: What follows from it.
    /// - Throws: `DecodingError` for a record that this version does not know.
    @discardableResult
    mutating func apply(_ record: RoomRecord) throws -> [RoomEffect] {
        let entry = try JSONDecoder().decode(RoomEntry.self, from: record.payload)
        last = record.number
        keys.insert(record.key)
        switch entry {
        case .began(let patience): room = Room(patience: patience)
        case .done(let key): due.removeAll { $0.key == key }
        case .link(let digest): links.insert(digest)
        case .entered(let link, let session):
            links.remove(link)
            sessions.insert(session)
        case .event(let event, let text, let id):
            let effects = room.apply(event)
            note(event, text, id, record)
            for (number, effect) in effects.enumerated() {
                switch effect {
                case .tell(let news): self.news.append(News(news: news, at: record.created))
                case .invite(let until): due.append(("\(record.key)/\(number)", until))
                case .answer, .steadySentence, .ask, .showSummary, .pass: break
                }
            }
            return effects
        }
        return []
    }

    private mutating func note(
        _ event: RoomEvent, _ text: String?, _ id: String?, _ record: RoomRecord
    ) {
        switch event {
        case .summaryApproved:
            summary = text
            approved = record.created
            // Who was invited before was invited to what was approved before.
            (links, sessions, due) = ([], [], [])
        case .helperJoined:
            helper = text ?? helper
            helperID = id
        case .helperLeft, .personClosed: (helper, helperID) = (nil, nil)
        case .personSpoke, .personConsented, .personDeclined, .helperSpoke, .clock, .modelFailed,
            .modelRecovered:
            break
        }
    }
}

extension Room.State {
    /// As pages and programs read it.
    var name: String {
        switch self {
        case .together: "together"
        case .asked: "asked"
        case .declined: "declined"
        case .consented: "consented"
        case .inviting: "inviting"
        case .unanswered: "unanswered"
        case .joined: "joined"
        case .steppedBack: "stepped_back"
        case .closed: "closed"
        }
    }

    /// Whether a helper is in the room.
    var hasHelper: Bool {
        switch self {
        case .joined, .steppedBack: true
        case .together, .asked, .declined, .consented, .inviting, .unanswered, .closed: false
        }
    }

    /// Whether a helper who has a link may come in.
    var isOpen: Bool {
        switch self {
        case .inviting, .unanswered, .joined, .steppedBack: true
        case .together, .asked, .declined, .consented, .closed: false
        }
    }
}
