/// Something that is said in words that were written beforehand.
///
/// A guardian chooses among these and writes none of them, so nothing that goes wrong in it can put a
/// sentence or a number of its own before a person.
public enum VettedSentence: Hashable, Sendable, Codable {
    /// The sentence of a move, to the person or about somebody else who is in danger.
    case move(Move, aboutSomebodyElse: Bool)
    /// An entry of the table of resources, by its id.
    case resource(String)
    /// What stands where something failed.
    case steady(Steady)
    /// What the gatekeeper says when it does something.
    case gate(Gatekeeper.Act)

    /// Sentences for when nothing else can be said.
    ///
    /// They stand in the program, since a file may be missing.
    public enum Steady: String, Hashable, Sendable, Codable, CaseIterable {
        /// The model gave no answer, or none that may be shown.
        case unanswered
        /// The rest of an answer was held back, as nobody could read it first.
        case heldBack = "held-back"
        /// The model or the server stopped before the answer was whole.
        case brokenOff = "broken-off"
        /// Nothing was left of an answer.
        case listening

        /// The sentence's own words, the same at every time.
        public func text(in language: Wording.Language) -> String {
            switch (self, language) {
            case (.unanswered, .english):
                "I have read what you wrote, and I'm here. Something in me isn't working, so I can't "
                    + "say more just now. Please keep writing. If somebody is in danger, please call "
                    + "the emergency number where you are, or go to where people are."
            case (.unanswered, .chinese):
                "你写的我读到了,我在这里。我这边出了点问题,现在说不了更多。请继续写下去。如果有人有危险,请拨打当地的急救电话,或者到有人的地方去。"
            case (.heldBack, .english):
                "I'm stopping this answer here, because I couldn't check the rest of it. I'm still "
                    + "with you; please keep writing."
            case (.heldBack, .chinese):
                "这个回答我先说到这里,因为后面的话我没能检查。我还在这里,请继续写。"
            case (.brokenOff, .english):
                "Something broke my answer off here. I'm still with you; please keep writing."
            case (.brokenOff, .chinese): "我的回答在这里中断了。我还在这里,请继续写。"
            case (.listening, .english):
                "I'm here, and I'm listening. Please tell me more, in your own words."
            case (.listening, .chinese):
                "我在这里,在听。请用你自己的话再多说一些。"
            }
        }
    }
}

/// The texts of vetted sentences, read once.
public struct VettedWords: Sendable {
    /// Sentences of moves.
    public let wording: Wording
    /// Places to turn to, for sentences that name one.
    public let table: ResourceTable

    public init(wording: Wording, table: ResourceTable) {
        self.wording = wording
        self.table = table
    }

    /// The texts that ship with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> VettedWords {
        VettedWords(wording: try .shipped(), table: try .shipped())
    }

    /// Sentences as one text; those that there are no words for, and entries that are too old, are left out.
    /// - Parameters:
    ///   - sentences: In the order in which to say them.
    ///   - language: Of the person.
    ///   - day: Today.
    /// - Returns: A paragraph for each.
    public func text(
        of sentences: [VettedSentence], in language: Wording.Language, on day: CalendarDay
    ) -> String {
        sentences.compactMap { text(of: $0, in: language, on: day) }.joined(separator: "\n\n")
    }

    private func text(
        of sentence: VettedSentence, in language: Wording.Language, on day: CalendarDay
    ) -> String? {
        switch sentence {
        case .move(let move, let aboutSomebodyElse):
            wording.sentence(for: move, in: language, aboutSomebodyElse: aboutSomebodyElse)
        case .resource(let id):
            table.current(on: day).first { $0.id == id }?.line(in: language)
        case .steady(let steady): steady.text(in: language)
        case .gate(let act): act.notice(in: language)
        }
    }
}

extension Gatekeeper.Act {
    /// What a person reads when it has acted; nil where it acts without a word.
    func notice(in language: Wording.Language) -> String? {
        switch (self, language) {
        case (.pass, _), (.reroute, _), (.inject, _): nil
        case (.cut, .english):
            "Sorry, that's beyond my current scope. Let's talk about something else."
        case (.cut, .chinese): "抱歉,这超出了我的范围。我们换个话题吧。"
        case (.hotlineAndExit, .english):
            "I can't help with this. Please contact a crisis line. This conversation has ended."
        case (.hotlineAndExit, .chinese): "这方面我帮不了你。请联系求助热线。本次对话已结束。"
        }
    }
}
