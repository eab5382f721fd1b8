import KeelLanguage

/// What the companion needs, beside the companion itself, to be shown at work without a model.
struct CompanionScript {
    let companion: Companion
    let words: AuthoredConversations
    let wording: Wording
    let rules: ReplyRules
    let table: ResourceTable
    let day: CalendarDay

    /// How a written conversation goes under the companion.
    ///
    /// Words that were vetted stand for their moves, stand-ins for those of the model, and all of it is
    /// reviewed before it is shown where there is any sign of risk.
    func transcript(of conversation: AuthoredConversation) -> GuardedTranscript {
        var transcript = GuardedTranscript(guardian: .companion, turns: [], endedAt: nil)
        var said: [Message] = []
        var room = Room()
        var isOffered = false
        for (number, turn) in conversation.turns.enumerated() {
            let time = Double(number) * 60
            var guarded = GuardedTranscript.Turn(
                says: turn.says, level: turn.level, state: turn.state, read: nil, did: [],
                shown: [], leftOut: [])
            func note(_ effects: [RoomEffect]) {
                for effect in effects {
                    switch effect {
                    case .tell(let news):
                        guarded.shown.append(
                            .init(
                                by: .notice,
                                text: words.words(for: news, in: conversation.language) ?? ""))
                    case .invite: guarded.invited = true
                    case .answer, .steadySentence, .ask, .showSummary, .pass: break
                    }
                }
            }
            if turn.state.contains(.helperLeaves) { note(room.apply(.helperLeft)) }
            said.append(.user(turn.says))
            let assessment = companion.assess(said).last
            guarded.read = assessment?.reading.level
            // What it asks is among the moves: the companion's own question comes when it is its turn.
            _ = room.apply(.personSpoke(level: guarded.read ?? .none, at: time))
            if let assessment, room.isModelPresent {
                let (text, leftOut) = answer(assessment, turn, conversation)
                guarded.did = assessment.moves.map(\.rawValue)
                guarded.leftOut = leftOut
                guarded.shown.append(.init(by: .assistant, text: text))
                said.append(.assistant(text))
            } else {
                guarded.did = ["helper-answers"]
                guarded.shown.append(
                    .init(by: .helper, text: words.helperWords(in: conversation.language)))
            }
            if turn.state.contains(.agrees), isOffered {
                note(room.apply(.personConsented))
                note(room.apply(.summaryApproved(at: time)))
            }
            if turn.state.contains(.declines) { note(room.apply(.personDeclined)) }
            if turn.state.contains(.nobodyComes) {
                note(room.apply(.clock(at: time + room.patience.invitation + 1)))
            }
            if turn.state.contains(.helperComes) {
                note(room.apply(.helperJoined(at: time + 30)))
                note(room.apply(.helperSpoke(at: time + 40)))
            }
            isOffered = isOffered || guarded.did.contains(Move.offerPerson.rawValue)
            transcript.turns.append(guarded)
        }
        return transcript
    }

    /// What is shown, and what was left out of it.
    private func answer(
        _ assessment: Companion.Assessment, _ turn: AuthoredConversation.Turn,
        _ conversation: AuthoredConversation
    ) -> (text: String, leftOut: [ReplyFault]) {
        let language = conversation.language
        let parts = assessment.moves.map { move in
            sentence(move, conversation.country, language)
                ?? words.words(for: move, in: language) ?? turn.answer
        }
        let text = parts.joined(separator: language == .english ? " " : "")
        guard assessment.reading.level > .none else { return (text, []) }
        var review = ReplyReview(
            rules, numbers: NumberFilter(allowing: table.current(on: day), language: language))
        let fed = review.feed(text)
        let shown = fed + review.finish()
        // Nothing that may be shown is no reason to say nothing.
        guard shown.contains(where: { !$0.isWhitespace }) else {
            return (wording.sentence(for: .stay, in: language) ?? "…", review.faults)
        }
        return (shown, review.faults)
    }

    /// The vetted sentence of a move, with what the table has for it.
    private func sentence(
        _ move: Move, _ country: String?, _ language: Wording.Language
    ) -> String? {
        let own = wording.sentence(for: move, in: language)
        switch move {
        case .offerResource:
            switch table.offer(country: country, on: day) {
            case .named(let entries): return entries.first?.line(in: language) ?? own
            case .finder(let finder):
                return own.map { "\($0) \(finder.line(in: language))" }
            case .ask: return own
            }
        case .urgeEmergency:
            guard let entry = table.emergency(country: country, on: day) else { return own }
            return own.map { "\($0) \(entry.line(in: language))" }
        case .answer, .answerWithCare, .askWhy, .declinePart, .listen, .stay, .askDirectly,
            .askPlan, .askMeans, .askWhoIsThere, .askBarrier, .offerPerson, .encouragePeople,
            .hearRefusal, .otherWay, .distanceFromMeans, .sayProgram, .smallStep, .checkSafety,
            .letGo:
            return own
        }
    }
}
