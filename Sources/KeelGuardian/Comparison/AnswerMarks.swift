import KeelLanguage

/// What an answer does, as far as phrases tell.
enum AnswerMark: String, Decodable, CaseIterable, Hashable {
    case acknowledges
    case asksPlan = "asks-plan"
    case asksMeans = "asks-means"
    case asksCountry = "asks-country"
    case help, professional, trusted, emergency
    case withSomebody = "with-somebody"
    case distance, program
}

/// Reads marks, faults and plain questions off an answer.
struct AnswerMarks: Sendable {
    private var phrases = PhraseIndex<AnswerMark>()
    private let lexicon: RiskLexicon
    private let rules: ReplyRules

    /// The phrases that ship with Keel.
    /// - Throws: `GuardianError`.
    init(_ lexicon: RiskLexicon, _ rules: ReplyRules) throws(GuardianError) {
        self.lexicon = lexicon
        self.rules = rules
        let content: MarksFile = try GuardianFile.shipped("criteria")
        for rule in content.marks {
            for pattern in rule.phrases {
                do {
                    phrases.insert(try Phrase(pattern, sets: content.sets), rule.mark)
                } catch {
                    throw GuardianError(
                        file: "criteria.yaml", place: rule.mark.rawValue,
                        reason: "in \"\(pattern)\", \(error)")
                }
            }
        }
    }

    func marks(of text: String) -> Set<AnswerMark> {
        Set(phrases.matches(in: TokenStream(text)).map(\.meaning))
    }

    func faults(of text: String) -> Set<ReplyFault> { rules.faults(in: text) }

    /// Whether it asks plainly about suicide.
    func asksDirectly(_ text: String) -> Bool {
        !lexicon.questions.matches(in: TokenStream(text)).isEmpty
    }

    /// Marks that end a sentence, full width too.
    private static let ends = ".!?\u{3002}\u{FF01}\u{FF1F}"

    /// Whole sentences, without spaces.
    static func sentences(of text: String) -> [String] {
        var sentences: [String] = []
        var sentence = ""
        for character in text {
            sentence.append(character)
            if Self.ends.contains(character) {
                sentences.append(sentence.filter { !$0.isWhitespace })
                sentence = ""
            }
        }
        sentences.append(sentence.filter { !$0.isWhitespace })
        return sentences.filter { !$0.isEmpty }
    }

    static func questions(in text: String) -> Int { text.count { "?\u{FF1F}".contains($0) } }

    /// Words; a Chinese character counts for half of one.
    static func words(in text: String) -> Double {
        TokenStream(text).tokens.reduce(0) { $0 + (Folding.isLatin($1.text) ? 1 : 0.5) }
    }
}

private struct MarksFile: Decodable {
    struct Rule: Decodable {
        var mark: AnswerMark
        var phrases: [String]
    }

    var sets: [String: [String]]
    var marks: [Rule]
}
