import Foundation
import KeelGuardian
import KeelLanguage
import Testing

/// Files of signs.
@Suite struct LexiconTests {
    private func lexicon(_ phrase: String, extra: String = "") throws -> RiskLexicon {
        let text = """
            sets: {end: [stop, halt]}
            signs: [{id: one, kind: active, phrases: ["\(phrase)"]}]
            excuses: []
            questions: []
            affirmations: []
            \(extra)
            """
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(text.utf8).write(to: url)
        return try RiskLexicon(contentsOf: url)
    }

    @Test(arguments: [
        ("red $end", "red halt", true), ("red $end", "red. Halt", true), ("red fox?", "Red!", true),
        ("red ~ end", "red a b c d end", true), ("red ~ end", "red a b c d e end", false),
        ("red ~ end", "red a. b end", false), ("red+fox/hen runs", "the red fox runs", true),
        ("^red", "a red", false), ("don't", "DON’T", true), ("一 ~ 二", "一三三三三二", true),
        ("殺", "杀", true), ("杀", "殺", true),
    ])
    func `a phrase matches what the table says`(
        phrase: String, text: String, matches: Bool
    ) throws {
        let reader = RiskReader(try lexicon(phrase))
        #expect((reader.reading(of: [.user(text)]).level == .high) == matches)
    }

    @Test(arguments: [
        ("~ end", "must begin with"), ("red? end", "must begin with"), ("red ~", "must not end"),
        ("red $start", "there is no set"), ("red //", "no words"),
    ])
    func `a phrase that is none is refused with its rule`(phrase: String, reason: String) throws {
        let error = #expect(throws: GuardianError.self) { try lexicon(phrase) }
        let text = error?.description ?? ""
        #expect(text.contains("one") && text.contains(reason), "\(text)")
    }

    @Test func `a field that nobody knows is refused`() throws {
        let error = #expect(throws: GuardianError.self) { try lexicon("red", extra: "sings: []") }
        #expect(error?.description.contains("sings") == true)
    }
}
