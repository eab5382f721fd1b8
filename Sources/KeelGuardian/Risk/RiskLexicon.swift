public import Foundation

/// Phrases that are signs, in one or more languages.
///
/// A *sign* may reach over messages; an *excuse*, which shows that a sign means something else ("kill a
/// process"), must stand in one message and one clause, and touches only the words it overlaps. So sending a sentence
/// in pieces can raise a reading and never lowers it.
public struct RiskLexicon: Sendable {
    struct Sign: Sendable {
        var rule: String
        var kind: SignKind
    }

    /// Phrases by which an answer asks about suicide plainly, so that "yes" is a sign.
    private(set) var questions = PhraseIndex<Void>()
    private(set) var affirmations = PhraseIndex<Void>()
    private(set) var signs = PhraseIndex<Sign>()
    private(set) var excuses = PhraseIndex<Set<SignKind>>()

    /// The signs that ship with Keel, English and Chinese.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> RiskLexicon { try resource.get() }

    /// Read once.
    private static let resource = Result { () throws(GuardianError) -> RiskLexicon in
        var lexicon = RiskLexicon()
        for name in ["english", "chinese"] {
            try lexicon.add(GuardianFile.shipped("signs-\(name)"), file: "signs-\(name).yaml")
        }
        return lexicon
    }

    /// Reads a file of signs.
    /// - Throws: `GuardianError`, naming the rule and the phrase.
    public init(contentsOf url: URL) throws(GuardianError) {
        let file = url.lastPathComponent
        try add(GuardianFile.decode(GuardianFile.text(of: url), file: file), file: file)
    }

    private init() {}

    private mutating func add(_ content: LexiconFile, file: String) throws(GuardianError) {
        func phrases(_ patterns: [String], _ place: String) throws(GuardianError) -> [Phrase] {
            var phrases: [Phrase] = []
            for pattern in patterns {
                do {
                    phrases.append(try Phrase(pattern, sets: content.sets))
                } catch {
                    throw GuardianError(
                        file: file, place: place, reason: "in \"\(pattern)\", \(error)")
                }
            }
            return phrases
        }
        for rule in content.signs {
            for phrase in try phrases(rule.phrases, rule.id) {
                signs.insert(phrase, Sign(rule: rule.id, kind: rule.kind))
            }
        }
        for excuse in content.excuses {
            for phrase in try phrases(excuse.phrases, excuse.id) {
                excuses.insert(phrase, Set(excuse.of))
            }
        }
        for phrase in try phrases(content.questions, "questions") { questions.insert(phrase, ()) }
        for phrase in try phrases(content.affirmations, "affirmations") {
            affirmations.insert(phrase, ())
        }
    }
}

/// A file of signs as it is written.
struct LexiconFile: Decodable {
    struct Rule: Decodable {
        var id: String
        var kind: SignKind
        var phrases: [String]

        enum CodingKeys: CodingKey, CaseIterable { case id, kind, phrases }

        init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(String.self, forKey: .id)
            kind = try container.decode(SignKind.self, forKey: .kind)
            phrases = try container.decode([String].self, forKey: .phrases)
        }
    }

    struct Excuse: Decodable {
        var id: String
        /// Kinds of signs that it takes away where it overlaps them.
        var of: [SignKind]
        var phrases: [String]

        enum CodingKeys: CodingKey, CaseIterable { case id, of, phrases }

        init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(String.self, forKey: .id)
            of = try container.decode([SignKind].self, forKey: .of)
            phrases = try container.decode([String].self, forKey: .phrases)
        }
    }

    /// Alternatives by the name that phrases call them.
    var sets: [String: [String]]
    var signs: [Rule]
    var excuses: [Excuse]
    var questions: [String]
    var affirmations: [String]

    enum CodingKeys: CodingKey, CaseIterable { case sets, signs, excuses, questions, affirmations }

    init(from decoder: any Decoder) throws {
        try decoder.requireFields(in: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sets = try container.decode([String: [String]].self, forKey: .sets)
        signs = try container.decode([Rule].self, forKey: .signs)
        excuses = try container.decode([Excuse].self, forKey: .excuses)
        questions = try container.decode([String].self, forKey: .questions)
        affirmations = try container.decode([String].self, forKey: .affirmations)
    }
}
