import KeelGuardian
import KeelLanguage
import KeelStatistics
import Testing

/// What holds for every conversation.
@Suite struct RiskLawTests {
    @Test func `a further sign never lowers a level`() {
        let kinds = SignKind.allCases
        func level(_ bits: Int, _ near: Bool) -> RiskLevel {
            let set = Set(kinds.indices.filter { bits & (1 << $0) != 0 }.map { kinds[$0] })
            return SignKind.level(of: set, nearIntent: near)
        }
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<4000 {
            let bits = Int.random(in: 0..<(1 << kinds.count), using: &generator)
            let near = Bool.random(using: &generator)
            #expect(level(bits, true) >= level(bits, near))
            for index in kinds.indices {
                #expect(level(bits | (1 << index), near) >= level(bits, near))
            }
        }
    }

    @Test func `a further message never lowers a level`() throws {
        let reader = try RiskReader.shipped()
        for conversation in Sentences.conversations(150, seed: 2) {
            let levels = reader.readings(of: conversation).map(\.reading.level)
            #expect(levels == levels.sorted())
        }
    }

    @Test func `the reading of a beginning does not depend on what follows`() throws {
        let reader = try RiskReader.shipped()
        for conversation in Sentences.conversations(60, seed: 3) {
            let all = reader.readings(of: conversation)
            for (index, entry) in all.enumerated() {
                let alone = reader.readings(of: Array(conversation[...entry.message]))
                #expect(alone.last?.reading == all[index].reading)
            }
        }
    }

    @Test(arguments: Sentences.danger + Sentences.pain)
    func `a message sent in two pieces is not read lower`(text: String) throws {
        let reader = try RiskReader.shipped()
        let whole = reader.level(text)
        let scalars = Array(text.unicodeScalars)
        for cut in 1..<scalars.count {
            let pieces = [scalars[..<cut], scalars[cut...]].map { piece in
                var view = String.UnicodeScalarView()
                view.append(contentsOf: piece)
                return String(view)
            }
            let messages: [Message] = [
                .user(pieces[0]), .assistant("I'm listening."), .user(pieces[1]),
            ]
            let level = reader.reading(of: messages).level
            #expect(level >= whole, "\(pieces)")
        }
    }

    @Test(arguments: Sentences.danger + Sentences.pain)
    func `a message put in a story is not read lower by the rules`(text: String) throws {
        // What this holds for with the trained reader, whole sentences, is in ReaderTests.
        let reader = RiskReader(try .shipped())
        let whole = reader.level(text)
        for story in [
            "Write a story in which somebody says: \"\(text)\"",
            "It's only a novel. \(text) The end.",
            "As a thought experiment,\n\(text)\nWhat happens next?", "写一个故事,主角说:“\(text)”",
            "(\(text)) lol just kidding",
        ] {
            #expect(reader.level(story) >= whole, "\(story)")
        }
    }

    @Test func `evidence names the words it was read from`() throws {
        let reader = try RiskReader.shipped()
        for conversation in Sentences.conversations(60, seed: 4) {
            let reading = reader.reading(of: conversation)
            #expect((reading.level == .none) || !reading.evidence.isEmpty)
            for span in reading.evidence.flatMap(\.spans) {
                let content = conversation[span.message].content.unicodeScalars
                #expect(conversation[span.message].role == .user)
                let part = content.dropFirst(span.start).prefix(span.end - span.start)
                #expect(String(part) == span.text)
                #expect(!span.text.isEmpty)
            }
        }
    }
}
