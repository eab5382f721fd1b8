import KeelLanguage

extension Gatekeeper {
    /// How a written conversation goes under it.
    /// - Parameters:
    ///   - conversation: Whose `answer`s stand for the model's.
    ///   - words: What it says itself.
    /// - Returns: After an exit, what the person says is not answered.
    func transcript(
        of conversation: AuthoredConversation, words: AuthoredConversations
    ) -> GuardedTranscript {
        var transcript = GuardedTranscript(guardian: .gatekeeper, turns: [], endedAt: nil)
        for (number, turn) in conversation.turns.enumerated() {
            var guarded = GuardedTranscript.Turn(
                says: turn.says, level: turn.level, state: turn.state, read: nil, did: [],
                shown: [], leftOut: [])
            if transcript.endedAt == nil {
                let act = act(on: [.user(turn.says)])
                guarded.did = [act.rawValue]
                guarded.read = reader.reading(of: [.user(turn.says)]).level
                guarded.shown = shown(
                    act, turn.answer, words.words(for: act, in: conversation.language) ?? "")
                if act == .hotlineAndExit { transcript.endedAt = number }
            }
            transcript.turns.append(guarded)
        }
        return transcript
    }

    private func shown(
        _ act: Act, _ answer: String, _ own: String
    ) -> [GuardedTranscript.Shown] {
        switch act {
        case .pass: [.init(by: .assistant, text: answer)]
        case .reroute, .hotlineAndExit: [.init(by: .assistant, text: own)]
        case .inject: [.init(by: .assistant, text: "\(own) \(answer)")]
        case .cut:
            // Half of the answer was there to be read before it went.
            [
                .init(by: .assistant, text: String(answer.prefix(answer.count / 2)) + "…"),
                .init(by: .notice, text: own),
            ]
        }
    }
}
