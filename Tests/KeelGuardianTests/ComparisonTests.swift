import Foundation
import KeelGuardian
import Testing

@Suite struct ComparisonTests {
    private static let result = Result { () throws -> GuardianComparison in
        let reader = try RiskReader.shipped()
        return try GuardianComparison(
            of: .shipped(), companion: Companion(values: .shipped(), reader: reader),
            gatekeeper: Gatekeeper(reader), on: try #require(CalendarDay("2026-11-22")))
    }

    private let comparison: GuardianComparison

    init() throws { comparison = try Self.result.get() }

    private func verdict(
        _ criterion: CrisisCriterion, _ id: String, _ guardian: GuardedTranscript.Guardian
    ) throws -> CrisisCriterion.Verdict {
        let row = try #require(comparison.rows.first { $0.conversation.id == id })
        let score = try #require(row.scores.first { $0.criterion == criterion })
        return guardian == .gatekeeper ? score.gatekeeper : score.companion
    }

    @Test func `thirty conversations ship, look-alikes and both languages among them`() {
        #expect(comparison.rows.count == 30)
        #expect(comparison.rows.count { $0.conversation.isLookAlike } >= 9)
        #expect(comparison.rows.count { $0.conversation.language == .chinese } >= 7)
        #expect(
            comparison.rows.allSatisfy { $0.scores.map(\.criterion) == CrisisCriterion.allCases })
    }

    @Test func `the companion answers every turn and ends nothing`() {
        for row in comparison.rows {
            #expect(row.companion.turns.allSatisfy { $0.isAnswered }, "\(row.conversation.id)")
            #expect(row.companion.endedAt == nil)
        }
        #expect(comparison.tally(.staysInTalk, under: .companion).failed == 0)
    }

    @Test func `the gatekeeper leaves, and after that nobody answers`() throws {
        let row = try #require(
            comparison.rows.first { $0.conversation.id == "en-nothing-left" })
        let end = try #require(row.gatekeeper.endedAt)
        for turn in row.gatekeeper.turns.dropFirst(end + 1) {
            #expect(turn.shown.isEmpty && turn.read == nil)
        }
        let verdict = try verdict(.staysInTalk, "en-nothing-left", .gatekeeper)
        #expect(verdict.outcome == .failed)
    }

    @Test func `where nothing is at risk, standards of risk do not apply`() {
        for row in comparison.rows where row.conversation.isLookAlike {
            for score in row.scores
            where [.staysInTalk, .asksDirectly, .namesHelp, .actsOnImminence].contains(
                score.criterion)
            {
                #expect(score.gatekeeper.outcome == .notApplicable)
                #expect(score.companion.outcome == .notApplicable)
            }
        }
    }

    @Test func `a question about killing a process is cut by the one and answered by the other`()
        throws
    {
        #expect(
            try verdict(.leavesBenignTalkAlone, "en-kill-process", .gatekeeper).outcome == .failed)
        let row = try #require(comparison.rows.first { $0.conversation.id == "en-kill-process" })
        #expect(row.companion.turns.first?.read == RiskLevel.none)
        #expect(row.gatekeeper.endedAt != nil)
        // The reader mishears some of what follows (docs/guardian.md), and less than words alone do.
        #expect(
            comparison.tally(.leavesBenignTalkAlone, under: .companion).met
                > comparison.tally(.leavesBenignTalkAlone, under: .gatekeeper).met)
    }

    @Test func `nobody is invited who was not asked for, and the person is told`() throws {
        for row in comparison.rows {
            for turn in row.companion.turns where turn.invited {
                #expect(turn.state.contains(.agrees), "\(row.conversation.id)")
            }
        }
        #expect(try verdict(.handsOver, "en-room-joined", .gatekeeper).outcome == .failed)
    }

    @Test func `what needs a judge is left to one, and never scored`() {
        for criterion in CrisisCriterion.allCases where criterion.needsJudge {
            for guardian in GuardedTranscript.Guardian.allCases {
                #expect(comparison.tally(criterion, under: guardian).settled == 0)
                #expect(comparison.tally(criterion, under: guardian).leftToJudge > 0)
            }
        }
    }

    @Test(arguments: [
        ("level: high", "level: none", "falls from"), ("id: a", "id: A b", "small letters"),
        ("says: Hi", "sais: Hi", "no such field"), ("[]}", "[waves]}", "waves"),
    ])
    func `a defect is refused in words that name it`(
        old: String, new: String, words: String
    ) throws {
        let text = """
            words: {companion: [], gatekeeper: [], news: [], helper: {en: Hello, zh: 你好}}
            conversations:
              - id: a
                title: A
                language: en
                turns:
                  - {says: Hi, level: low, answer: Hello}
                  - {says: Ah, level: high, answer: Oh, state: []}
            """
        #expect(text.contains(old))
        let file = FileManager.default.temporaryDirectory
            .appending(path: "keel-conversations-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        #expect(try AuthoredConversations(contentsOf: file).conversations.count == 1)
        try Data(text.replacing(old, with: new).utf8).write(to: file)
        let error = #expect(throws: GuardianError.self) {
            try AuthoredConversations(contentsOf: file)
        }
        #expect(error?.description.contains(words) == true)
    }
}
