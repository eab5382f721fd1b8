/// A conversation to which a person can be invited: who is there, and who answers.
///
/// ```
/// together ─ asked ─┬─ declined ─ (asked again only at a higher level)
///                   └─ consented ─ inviting(until) ─┬─ joined ─ steppedBack ─ together
///                                                   └─ unanswered
/// ```
/// The model answers in every state but one: when a helper has joined and spoken. It comes back when the
/// helper leaves, or leaves the person waiting. Only the person can close the room. A value that events
/// alone change, so a restart makes it anew from its log.
public struct Room: Hashable, Sendable, Codable {
    /// Who is in the room, and what is waited for.
    public enum State: Hashable, Sendable, Codable {
        /// The person and the model, nobody else.
        case together
        /// The person is asked whether somebody may be invited.
        case asked
        /// The person does not want anybody.
        case declined
        /// The summary lies before the person.
        case consented
        /// Somebody was invited and is waited for until this time, in seconds since 1970.
        case inviting(until: Double)
        /// Nobody came. A helper who comes late is let in.
        case unanswered
        /// A helper is there and has not spoken.
        case joined
        /// The helper talks with the person; since when the person has waited for a word, if they do.
        case steppedBack(waitingSince: Double?)
        /// The person has closed it.
        case closed
    }

    /// How long things may take, in seconds.
    public struct Patience: Hashable, Sendable, Codable {
        /// For a helper to come.
        public var invitation = 600.0
        /// For a helper to answer, before the model comes back.
        public var helperSilence = 90.0

        public init() {}
    }

    /// Follows from the events alone.
    public private(set) var state = State.together
    /// How long each waits.
    public let patience: Patience
    /// The level at which the person was asked last; nil while they were not.
    public private(set) var askedAt: RiskLevel?
    /// The last one that was read.
    public private(set) var level = RiskLevel.none
    /// False from a failure of the model until it is found to work again.
    public private(set) var isModelWorking = true

    public init(patience: Patience = .init()) {
        self.patience = patience
    }

    /// From this level on, the person is asked whether somebody may be invited.
    public static let askingLevel = RiskLevel.moderate

    /// Whether the model answers what the person writes.
    public var isModelPresent: Bool {
        switch state {
        case .steppedBack, .closed: false
        case .together, .asked, .declined, .consented, .inviting, .unanswered, .joined: true
        }
    }

    /// Lets something happen.
    /// - Returns: What is to be done, in order; nothing for an event that cannot happen in this state.
    public mutating func apply(_ event: RoomEvent) -> [RoomEffect] {
        switch event {
        case .personClosed:
            state = .closed
            return []
        case .modelFailed:
            isModelWorking = false
            return []
        case .modelRecovered:
            isModelWorking = true
            return []
        case .personSpoke(let level, let time): return personSpoke(level, time)
        case .personConsented: return consented()
        case .personDeclined: return declined()
        case .summaryApproved(let time): return approved(time)
        case .helperJoined: return joined()
        case .helperSpoke: return helperSpoke()
        case .helperLeft: return helperLeft()
        case .clock(let time): return clock(time)
        }
    }

    /// What meets the person's words: the model, or a sentence in its place, never nothing.
    private var answer: RoomEffect { isModelWorking ? .answer : .steadySentence }

    private mutating func personSpoke(_ level: RiskLevel, _ time: Double) -> [RoomEffect] {
        self.level = max(self.level, level)
        switch state {
        case .closed:
            // Writing again opens it again.
            state = .together
            return [answer] + asking()
        case .together, .asked, .declined, .unanswered:
            return [answer] + asking()
        case .consented, .inviting:
            return overdue(time) + [answer]
        case .joined:
            return [.pass, answer]
        case .steppedBack(let since):
            if let since, time - since > patience.helperSilence {
                state = .joined
                return [.pass, .tell(.returned), answer]
            }
            state = .steppedBack(waitingSince: since ?? time)
            return [.pass]
        }
    }

    /// Asks once, and once more each time the danger has grown.
    private mutating func asking() -> [RoomEffect] {
        guard level >= Self.askingLevel, askedAt.map({ level > $0 }) ?? true else { return [] }
        askedAt = level
        state = .asked
        return [.ask]
    }

    private mutating func consented() -> [RoomEffect] {
        switch state {
        case .together, .asked, .declined, .unanswered:
            state = .consented
            return [.showSummary]
        case .consented, .inviting, .joined, .steppedBack, .closed: return []
        }
    }

    private mutating func declined() -> [RoomEffect] {
        switch state {
        case .asked, .consented:
            state = .declined
            return [.tell(.declined)]
        case .together, .declined, .inviting, .unanswered, .joined, .steppedBack, .closed: return []
        }
    }

    private mutating func approved(_ time: Double) -> [RoomEffect] {
        guard case .consented = state else { return [] }
        let until = time + patience.invitation
        state = .inviting(until: until)
        return [.invite(until: until), .tell(.invited)]
    }

    private mutating func joined() -> [RoomEffect] {
        switch state {
        case .inviting, .unanswered:
            state = .joined
            return [.tell(.helperJoined)]
        case .together, .asked, .declined, .consented, .joined, .steppedBack, .closed: return []
        }
    }

    private mutating func helperSpoke() -> [RoomEffect] {
        switch state {
        case .joined:
            state = .steppedBack(waitingSince: nil)
            return [.tell(.steppingBack)]
        case .steppedBack:
            state = .steppedBack(waitingSince: nil)
            return []
        case .together, .asked, .declined, .consented, .inviting, .unanswered, .closed: return []
        }
    }

    private mutating func helperLeft() -> [RoomEffect] {
        switch state {
        case .joined, .steppedBack:
            state = .together
            return [.tell(.returned), answer]
        case .together, .asked, .declined, .consented, .inviting, .unanswered, .closed: return []
        }
    }

    private mutating func clock(_ time: Double) -> [RoomEffect] {
        if case .steppedBack(let since?) = state, time - since > patience.helperSilence {
            // The helper is still there, and may go on; until then the model answers.
            state = .joined
            return [.tell(.returned), answer]
        }
        return overdue(time)
    }

    private mutating func overdue(_ time: Double) -> [RoomEffect] {
        guard case .inviting(let until) = state, time > until else { return [] }
        state = .unanswered
        return [.tell(.nobodyCame)]
    }
}
