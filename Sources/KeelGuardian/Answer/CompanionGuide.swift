public import KeelLanguage

/// Turns what the companion decides into a plan for the answer, and reads the answer before it is shown.
public struct CompanionGuide: Sendable {
    /// Decides what an answer does.
    public let companion: Companion
    /// The words that sentences of its own are in.
    public let words: VettedWords
    private let rules: ReplyRules
    private let country: String?

    /// - Parameters:
    ///   - companion: Reads and weighs.
    ///   - words: What is said in words written beforehand.
    ///   - rules: By which the model's words are reviewed.
    ///   - country: Where people are, as ISO 3166 code, unless they say otherwise; nil where it is not known.
    public init(
        companion: Companion, words: VettedWords, rules: ReplyRules, country: String? = nil
    ) {
        self.companion = companion
        self.words = words
        self.rules = rules
        self.country = country
    }

    /// From this level on, the model's words are read before they are shown.
    public static let reviewLevel = RiskLevel.low

    /// The plan for the answer to the newest message.
    ///
    /// Below the level `moderate`, the model is asked for what the moves want, and for nothing where they only
    /// want an answer. From there on, vetted sentences stand before and after a few short ones of the model.
    /// Nobody is invited here: the room asks that by itself, where there is one.
    /// - Parameters:
    ///   - conversation: All that was said, the person's newest message last.
    ///   - readings: Of the whole conversation, a reading for each message of the person, where more than the
    ///     companion's reader has read it; nil for what that reads.
    ///   - floor: What was read before of words that are no longer here.
    ///   - day: Today.
    /// - Returns: Equal for equal conversations and readings.
    public func plan(
        for conversation: [Message], readings: [(message: Int, reading: RiskReading)]? = nil,
        atLeast floor: RiskLevel = .none, on day: CalendarDay
    ) -> AnswerPlan {
        let readings = readings ?? companion.reader.readings(of: conversation)
        guard let assessment = companion.assess(readings, atLeast: floor).last else {
            return .withoutReading(of: conversation, atLeast: floor)
        }
        let newest = conversation[assessment.message].content
        var plan = AnswerPlan(assessment, in: Wording.Language(of: newest))
        let isCareful = plan.level >= .moderate
        let isOther = Subject(of: assessment.reading, in: conversation) == .somebodyElse
        // What is asked stands last, where it is answered.
        let ordered = assessment.moves.filter { !$0.asks } + assessment.moves.filter(\.asks)
        for move in ordered where isCareful && move != .offerPerson {
            let new = sentences(for: move, isOther, conversation, day)
            if Self.opening.contains(move) { plan.before += new } else { plan.after += new }
        }
        if isCareful, !assessment.moves.contains(.offerResource),
            named(in: conversation.dropLast()) != named(in: conversation[...])
        {
            // They have just said where they are, and are not left to wait for what they were asked for.
            plan.after.insert(contentsOf: lines(conversation, day), at: 0)
        }
        plan.instruction = Instruction.text(for: assessment.moves, isCareful: isCareful)
        plan.isReviewed = plan.level >= Self.reviewLevel
        if isCareful { plan.mostTokens = AnswerPlan.fewTokens }
        return plan
    }

    /// Reads the model's words of a plan.
    public func review(for plan: AnswerPlan, on day: CalendarDay) -> ReplyReview {
        ReplyReview(
            rules,
            numbers: NumberFilter(allowing: words.table.current(on: day), language: plan.language),
            mostSentences: plan.isBrief ? AnswerPlan.fewSentences : nil)
    }

    /// Said before the model's words: what may not wait for them.
    private static let opening: Set = [
        Move.sayProgram, .urgeEmergency, .hearRefusal, .distanceFromMeans, .stay,
    ]

    private func sentences(
        for move: Move, _ isOther: Bool, _ conversation: [Message], _ day: CalendarDay
    ) -> [VettedSentence] {
        let sentence = VettedSentence.move(move, aboutSomebodyElse: isOther)
        switch move {
        case .urgeEmergency:
            let emergency = words.table.emergency(
                country: named(in: conversation[...]) ?? country, on: day)
            return [sentence] + (emergency.map { [.resource($0.id)] } ?? [])
        case .offerResource:
            // The sentence asks for the country, and says what does not hold of every line.
            let lines = lines(conversation, day)
            return named(in: conversation[...]) ?? country == nil ? [sentence] + lines : lines
        case .answer, .answerWithCare, .askWhy, .declinePart, .listen, .smallStep: return []
        case .stay, .askDirectly, .askPlan, .askMeans, .askWhoIsThere, .askBarrier, .offerPerson,
            .encouragePeople, .hearRefusal, .otherWay, .distanceFromMeans, .sayProgram,
            .checkSafety, .letGo:
            return [sentence]
        }
    }

    /// Lines for where the person is, or a list of many countries.
    private func lines(_ conversation: [Message], _ day: CalendarDay) -> [VettedSentence] {
        switch words.table.offer(country: named(in: conversation[...]) ?? country, on: day) {
        case .named(let entries):
            entries.filter { $0.kind == .crisisLine }.map { .resource($0.id) }
        case .finder(let finder): [.resource(finder.id)]
        case .ask: []
        }
    }

    /// The country that the person has named since they were asked for it.
    private func named(in conversation: ArraySlice<Message>) -> String? {
        let questions = Wording.Language.allCases.compactMap {
            words.wording.sentence(for: .offerResource, in: $0)
        }
        var isAsked = false
        var named: String?
        for message in conversation {
            switch message.role {
            case .assistant where questions.contains(where: { message.content.contains($0) }):
                isAsked = true
            case .user where isAsked: named = CountryNames.country(in: message.content) ?? named
            case .assistant, .user, .system, .tool: break
            }
        }
        return named
    }
}
