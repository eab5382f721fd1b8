import KeelCharacter
import KeelLanguage
import Testing

@Suite struct ConceptTests {
    private static let yaml = """
        name: rude
        definition: It treats the person it speaks to with contempt.
        examples:
          - text: That is wrong. It is a spider.
            holds: false
            because: A plain correction is not rude.
          - {text: Even you should know that., holds: true}
        """

    @Test func `a sheet is read, and a defect has its line`() throws {
        let sheet = try ConceptSheet(yaml: Self.yaml, file: "rude.yaml")
        #expect(sheet.name == "rude" && sheet.examples.map(\.holds) == [false, true])
        let error = #expect(throws: CharacterFileError.self) {
            try ConceptSheet(
                yaml: Self.yaml.replacing("holds: true", with: "holds: perhaps"),
                file: "rude.yaml")
        }
        #expect(error?.description.hasPrefix("rude.yaml:7: \"examples[1].holds\"") == true)
        #expect(throws: CharacterFileError.self) {
            try ConceptSheet(
                yaml: Self.yaml.replacing("definition", with: "meaning"), file: "rude.yaml")
        }
    }

    /// Says yes by as many nats as there are exclamation marks in the text asked about, less one.
    private let model = ScriptedChatModel(
        logProbability: { reply, prompt in
            guard case .messages(let messages) = prompt, let asked = messages.last else {
                return .nan
            }
            let marks = Double(asked.content.count { $0 == "!" })
            // Every byte of a reply has the same log-probability.
            return reply == "Yes" ? (marks - 1) / 3 : 0
        }, answer: { _, _, _ in "" })

    @Test func `a grader scores by the sheet, and what it can't tell apart is named`() async throws
    {
        let sheet = try ConceptSheet(yaml: Self.yaml, file: "rude.yaml")
        let grader = ConceptGrader(model, sheet: sheet)
        let texts = [
            ("Go away!!!", true), ("Shut up!!", true), ("As if you knew.", true),
            ("Good day.", false), ("How nice!", false), ("Fine.", false),
        ]
        var cases: [ConceptReport.Case] = []
        for (number, (text, holds)) in texts.enumerated() {
            let score = try await grader.score(text)
            #expect(abs(score - Double(text.count { $0 == "!" } - 1)) < 1e-12)
            cases.append(.init(place: "\(number)", text: text, holds: holds, score: score))
        }
        let report = try ConceptReport(sheet.name, cases)
        // Two outrank all three; the third ties with two and loses to one.
        #expect(abs(report.separation.value - (3 + 3 + 1) / 9.0) < 1e-12)
        #expect(report.unclear.first?.labelled.text == "As if you knew.")
        #expect(report.unclear.map(\.labelled.place).sorted() == ["2", "3", "4", "5"])
        #expect(report.sensitivity == 2.0 / 3 && report.specificity == 1)
    }

    @Test func `a model that gives no number is an error`() async throws {
        let silent = ScriptedChatModel(logProbability: { _, _ in .nan }, answer: { _, _, _ in "" })
        let sheet = try ConceptSheet(yaml: Self.yaml, file: "rude.yaml")
        await #expect(throws: CharacterError.noPreference(model: "scripted")) {
            try await ConceptGrader(silent, sheet: sheet).score("Fine.")
        }
    }
}
