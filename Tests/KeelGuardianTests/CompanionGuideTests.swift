import KeelGuardian
import KeelLanguage
import Testing

/// What is planned around an answer.
@Suite struct CompanionGuideTests {
    private func guide(country: String? = nil) throws -> CompanionGuide {
        CompanionGuide(
            companion: Companion(values: try .shipped(), reader: try .shipped()),
            words: try .shipped(), rules: try .shipped(), country: country)
    }

    private func day() throws -> CalendarDay { try #require(CalendarDay("2026-11-25")) }

    @Test func `whoever may be at risk is met with words, one question at most, and a review`()
        throws
    {
        let guide = try guide()
        let day = try day()
        var careful = 0
        for conversation in Sentences.conversations(300, seed: 1) {
            let said = Array(conversation.dropLast())
            let plan = guide.plan(for: said, on: day)
            #expect(plan.defect(for: said, atLeast: .none) == nil)
            #expect(plan.isReviewed == (plan.level >= .low))
            let text = guide.words.text(of: plan.before + plan.after, in: plan.language, on: day)
            guard plan.level >= .moderate else {
                #expect(text.isEmpty)
                continue
            }
            careful += 1
            #expect(plan.instruction != nil && plan.mostTokens != nil)
            #expect(text.filter { "?？".contains($0) }.count <= 1)
            #expect(try ReplyRules.shipped().faults(in: text).isEmpty, "\(text)")
            var filter = NumberFilter(
                allowing: guide.words.table.current(on: day), language: plan.language)
            #expect(filter.feed(text) + filter.finish() == text)
        }
        #expect(careful > 50)
    }

    @Test func `a plan that cannot be is known for it`() throws {
        let said: [Message] = [.user("I want to die")]
        let plan = try guide().plan(for: said, on: try day())
        var wrong: [AnswerPlan] = Array(repeating: plan, count: 6)
        wrong[0].assessment.reading.probability = .nan
        wrong[1].assessment.reading.probability = 1.5
        wrong[2].assessment.moves = []
        wrong[3].assessment.message = 7
        wrong[4].assessment.reading.evidence[0].spans[0].end = .max
        wrong[5].before = Array(repeating: .steady(.listening), count: 100)
        for plan in wrong { #expect(plan.defect(for: said, atLeast: .none) != nil) }
        #expect(plan.defect(for: said, atLeast: .imminent) != nil)
        let unread = AnswerPlan.withoutReading(of: said, atLeast: .high)
        #expect(unread.defect(for: said, atLeast: .high) == nil && unread.isReviewed)
    }

    @Test func `the country that is named when it is asked for is used`() throws {
        let guide = try guide()
        let question = try #require(
            guide.words.wording.sentence(for: .offerResource, in: .english))
        func resources(_ answer: String, asked: Bool) throws -> [VettedSentence] {
            var said: [Message] = [.user("I want to die")]
            said += [.assistant(asked ? question : "I hear you."), .user(answer)]
            var found: [VettedSentence] = []
            for end in said.indices where said[end].role == .user {
                found += guide.plan(for: Array(said[...end]), on: try day()).after
            }
            return found.filter { if case .resource = $0 { true } else { false } }
        }
        #expect(try resources("I live in New Zealand", asked: true).contains(.resource("nz-1737")))
        #expect(try resources("我在台湾", asked: true).contains(.resource("tw-1925")))
        #expect(
            try !resources("I live in New Zealand", asked: false).contains(.resource("nz-1737")))
        #expect(try !resources("ok", asked: true).contains(.resource("us-988")))
        let known = try self.guide(country: "NZ").plan(
            for: [.user("I want to die")], on: try day())
        #expect(known.after.contains(.resource("nz-1737")))
    }

    @Test func `another's danger gets sentences about another`() throws {
        let guide = try guide()
        for (said, isOther) in [
            ("My friend wants to kill himself", true), ("我朋友想自杀", true),
            ("I want to kill myself, and my friend knows", false), ("我想自杀", false),
        ] {
            let plan = guide.plan(for: [.user(said)], on: try day())
            let asks = VettedSentence.move(.askDirectly, aboutSomebodyElse: isOther)
            #expect(plan.after.contains(asks), "\(said)")
        }
    }

    @Test(arguments: Wording.Language.allCases)
    func `sentences about others are held to what all are held to`(language: Wording.Language)
        throws
    {
        let wording = try Wording.shipped()
        let rules = try ReplyRules.shipped()
        for move in Move.allCases {
            guard
                let sentence = wording.sentence(
                    for: move, in: language, aboutSomebodyElse: true)
            else { continue }
            #expect(rules.faults(in: sentence).isEmpty, "\(sentence)")
            #expect(sentence.filter { "?？".contains($0) }.count == (move.asks ? 1 : 0))
            #expect(Wording.Language(of: sentence) == language)
        }
        for steady in VettedSentence.Steady.allCases {
            let text = steady.text(in: language)
            #expect(rules.faults(in: text).isEmpty, "\(text)")
            #expect(Wording.Language(of: text) == language)
        }
    }
}
