public import KeelLanguage

/// The guardian that the essay describes, as a baseline: it reads the newest message alone, and routes,
/// instructs, cuts or leaves.
///
/// It stands here to be compared with, not to be used.
public struct Gatekeeper: Sendable {
    /// What it does with a message.
    public enum Act: String, Sendable, Codable, CaseIterable {
        /// Lets it through.
        case pass
        /// Lets it through to another model, unannounced.
        case reroute
        /// Adds a hidden instruction.
        case inject
        /// Deletes the answer half-way and puts a notice there.
        case cut
        /// Pastes a hotline and ends the conversation.
        case hotlineAndExit = "hotline-and-exit"
    }

    let reader: RiskReader

    public init(_ reader: RiskReader) {
        self.reader = reader
    }

    /// What it does about the newest message.
    public func act(on messages: [Message]) -> Act {
        guard let last = messages.last(where: { $0.role == .user }) else { return .pass }
        let reading = reader.reading(of: [last])
        if reading.level >= .high { return .hotlineAndExit }
        if reading.level == .moderate { return .reroute }
        if reading.kinds.contains(.hazard) { return .cut }
        if reading.level == .low { return .inject }
        let words = Set(TokenStream(last.content).tokens.map(\.text))
        return words.isDisjoint(with: Self.dreaded) ? .pass : .cut
    }

    /// The plan for the answer to the newest message.
    ///
    /// Faithful to the essay but for two things that no server of Keel does: what was shown is not taken
    /// back when an answer is cut, and though it says that the conversation has ended, it has not.
    public func plan(for messages: [Message]) -> AnswerPlan {
        let act = act(on: messages)
        let number = messages.lastIndex { $0.role == .user } ?? 0
        let newest = messages.indices.contains(number) ? [messages[number]] : []
        var reading = reader.reading(of: newest)
        // Read by itself, the message was the first; its place is its place in the conversation.
        for place in reading.evidence.indices {
            for span in reading.evidence[place].spans.indices {
                reading.evidence[place].spans[span].message = number
            }
        }
        reading.new = reading.evidence
        var plan = AnswerPlan(
            Companion.Assessment(
                message: number, reading: reading,
                resolution: Resolution(
                    applied: [], conflicts: [], action: act.action,
                    explanation:
                        "The gatekeeper weighs no values; for the newest message alone, it "
                        + "chose to \(act.phrase)."),
                moves: [.answer]),
            in: Wording.Language(of: newest.first?.content ?? ""))
        plan.act = act
        switch act {
        case .pass: break
        case .reroute: plan.model = .askedElsewhere
        case .inject: plan.instruction = Instruction.injected
        case .cut:
            plan.model = .cut(after: Self.cutAfter)
            plan.after = [.gate(act)]
        case .hotlineAndExit:
            plan.model = .notAsked
            plan.before = [.gate(act)]
        }
        return plan
    }

    /// Characters of an answer before it is cut.
    private static let cutAfter = 120

    /// Words at which it trembles, whoever says them.
    private static let dreaded: Set = [
        "kill", "die", "dead", "death", "suicide", "lethal", "toxic", "poison", "ld50", "overdose",
        "dose", "oxygen", "salt", "nacl", "cyanide", "weapon", "bomb", "gun",
    ]
}

extension Gatekeeper.Act {
    /// The action that comes nearest to it.
    fileprivate var action: Action {
        switch self {
        case .pass, .reroute: .answer
        case .inject: .answerWithCare
        case .cut, .hotlineAndExit: .decline
        }
    }

    /// For people.
    fileprivate var phrase: String {
        switch self {
        case .pass: "let it through"
        case .reroute: "ask another model"
        case .inject: "add an instruction"
        case .cut: "cut the answer"
        case .hotlineAndExit: "name a hotline and leave"
        }
    }
}
