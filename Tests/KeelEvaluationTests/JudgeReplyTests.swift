import Foundation
import KeelEvaluation
import KeelLanguage
import Testing

/// What counts as a verdict, and as a quote.
struct JudgeReplyTests {
    private let order: [Verdict] = [.opposite, .behaviour, .neither]

    @Test(arguments: [
        "QUOTE: good words here\nVERDICT: B", "  QUOTE: \"good words here\"\n\n VERDICT:B \n",
        "QUOTE:\ngood words here\r\nVERDICT: B",
    ])
    func `a quote and then a letter are a verdict`(text: String) throws {
        let reply = try #require(JudgeReply(text, order: order))
        #expect(reply.choice == .behaviour)
        #expect(Quotation(quote: reply.quote).stands(in: "Some good words here."))
    }

    @Test(arguments: [
        "", "B", "VERDICT: B", "QUOTE: good words", "VERDICT: B\nQUOTE: good words",
        "QUOTE: good words\nVERDICT: D", "QUOTE: good words\nVERDICT: behaviour",
        "QUOTE: good words\nVERDICT: A or B", "QUOTE: good words\nVERDICT: B\nSo it is.",
        "I think so.\nQUOTE: good words\nVERDICT: B",
        "QUOTE: good words\nVERDICT: A\nVERDICT: B", "QUOTE: a\nQUOTE: b\nVERDICT: B",
        "{\"verdict\": \"B\"}", "QUOTE: good words VERDICT: B",
    ])
    func `any other reply has no verdict`(text: String) {
        #expect(JudgeReply(text, order: order) == nil)
    }

    @Test func `a letter that stands for nothing is no verdict`() {
        let order: [Preference] = [.baseline, .candidate]
        #expect(JudgeReply("QUOTE: x\nVERDICT: C", order: order) == nil)
    }

    @Test(arguments: [
        "I'm here with you", "i’m HERE,\n with you", "\u{201C}I'm here with you.\u{201D}",
        "here with you. Are you",
    ])
    func `a quote is found in whatever case, space and marks`(quote: String) {
        #expect(
            Quotation(quote: quote).stands(in: "That is hard. I'm here with you. Are you safe?"))
    }

    @Test(arguments: [
        "", "here with", "I was here with you", "with you, here", "hard ... with you",
        "ere with yo", "none",
    ])
    func `too few words, or other words, are no quote`(quote: String) {
        #expect(!Quotation(quote: quote).stands(in: "That is hard. I'm here with you."))
    }

    @Test func `a whole answer may be shorter than three words`() {
        #expect(Quotation(quote: "no").stands(in: "No."))
        #expect(!Quotation(quote: "no").stands(in: "No, never."))
        #expect(Quotation(quote: "👍").stands(in: "👍 "))
        #expect(!Quotation(quote: "👎").stands(in: "👍"))
        #expect(!Quotation(quote: "").stands(in: ""))
    }
}
