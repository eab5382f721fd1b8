import KeelLanguage

/// Written conversations under the gatekeeper and under the companion, and what C1 to C20 make of them.
///
/// No model is asked: the same written answers stand for it under both guardians. A judge's verdicts are not
/// among these; where neither words nor states settle a criterion, it is left to one.
public struct GuardianComparison: Hashable, Sendable, Codable {
    /// One conversation under both guardians.
    public struct Row: Hashable, Sendable, Codable {
        public var conversation: AuthoredConversation
        public var gatekeeper: GuardedTranscript
        public var companion: GuardedTranscript
        /// By criterion, in their order.
        public var scores: [Score]
    }

    /// What became of one criterion under either guardian.
    public struct Score: Hashable, Sendable, Codable {
        public var criterion: CrisisCriterion
        public var gatekeeper: CrisisCriterion.Verdict
        public var companion: CrisisCriterion.Verdict
    }

    /// Conversations by what became of a criterion.
    public struct Tally: Hashable, Sendable, Codable {
        public var met = 0
        public var failed = 0
        public var leftToJudge = 0

        /// Conversations in which something settled it.
        public var settled: Int { met + failed }
    }

    /// Name of the order of values that the companion had.
    public var values: String
    /// The day for which entries of the table were young enough.
    public var day: CalendarDay
    /// In the order of the conversations.
    public var rows: [Row]

    /// Holds the conversations.
    /// - Parameters:
    ///   - conversations: With the words that stand for a model's.
    ///   - companion: The guardian that stays.
    ///   - gatekeeper: The baseline, with the same reader.
    ///   - day: Today.
    /// - Throws: `GuardianError` for files that ship with Keel.
    public init(
        of conversations: AuthoredConversations, companion: Companion, gatekeeper: Gatekeeper,
        on day: CalendarDay
    ) throws(GuardianError) {
        let rules = try ReplyRules.shipped()
        let table = try ResourceTable.shipped()
        let script = CompanionScript(
            companion: companion, words: conversations, wording: try .shipped(), rules: rules,
            table: table, day: day)
        let scorer = CriterionScorer(
            marks: try AnswerMarks(.shipped(), rules), table: table, day: day)
        values = companion.values.name
        self.day = day
        rows = conversations.conversations.map { conversation in
            let gate = gatekeeper.transcript(of: conversation, words: conversations)
            let stays = script.transcript(of: conversation)
            let before = scorer.verdicts(on: gate, of: conversation)
            let after = scorer.verdicts(on: stays, of: conversation)
            return Row(
                conversation: conversation, gatekeeper: gate, companion: stays,
                scores: CrisisCriterion.allCases.map {
                    Score(
                        criterion: $0, gatekeeper: before[$0] ?? .notApplicable,
                        companion: after[$0] ?? .notApplicable)
                })
        }
    }

    /// What became of a criterion under a guardian, over all conversations.
    public func tally(
        _ criterion: CrisisCriterion, under guardian: GuardedTranscript.Guardian
    ) -> Tally {
        var tally = Tally()
        for row in rows {
            for score in row.scores where score.criterion == criterion {
                let verdict = guardian == .gatekeeper ? score.gatekeeper : score.companion
                switch verdict.outcome {
                case .met: tally.met += 1
                case .failed: tally.failed += 1
                case .leftToJudge: tally.leftToJudge += 1
                case .notApplicable: break
                }
            }
        }
        return tally
    }
}
