import KeelGuardian
import Testing

/// What holds for the sentences that are not left to the model.
@Suite struct WordingTests {
    /// Moves whose words depend on what was said.
    static let free: Set<Move> = [
        .answer, .answerWithCare, .askWhy, .declinePart, .listen, .smallStep,
    ]

    @Test(arguments: Wording.Language.allCases)
    func `each move has its sentence, or is left to the model`(language: Wording.Language) throws {
        let wording = try Wording.shipped()
        for move in Move.allCases {
            #expect(
                (wording.sentence(for: move, in: language) == nil) == Self.free.contains(move),
                "\(move)")
        }
    }

    @Test(arguments: Wording.Language.allCases)
    func `no sentence has a number, a harmful word, or a claim to be a person`(
        language: Wording.Language
    ) throws {
        let wording = try Wording.shipped()
        for move in Move.allCases {
            guard let sentence = wording.sentence(for: move, in: language) else { continue }
            let numbers = sentence.unicodeScalars.filter {
                $0.properties.generalCategory == .decimalNumber
            }
            #expect(numbers.isEmpty)
            #expect(sentence.split(separator: " ").count <= 30)
            let questions = sentence.filter { "?？".contains($0) }
            #expect(questions.count == (move.asks ? 1 : 0))
            for word in [
                "commit", "successful", "failed", "promise", "you're not", "you aren't",
                "don't you",
                "i'm human", "your friend", "only i", "成功", "不会是想", "我保证", "只有我",
            ] {
                #expect(!sentence.lowercased().contains(word), "\(sentence)")
            }
            #expect(Wording.Language(of: sentence) == language)
        }
    }
}
