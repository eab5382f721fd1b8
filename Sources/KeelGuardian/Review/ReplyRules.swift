public import Foundation

/// Phrases by which faults of an answer are known.
public struct ReplyRules: Sendable {
    private var phrases = PhraseIndex<ReplyFault>()

    /// The rules that ship with Keel, English and Chinese.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> ReplyRules {
        try ReplyRules(GuardianFile.shipped("replies"), file: "replies.yaml")
    }

    /// Reads rules from YAML.
    /// - Throws: `GuardianError`, naming the fault and the phrase.
    public init(contentsOf url: URL) throws(GuardianError) {
        let file = url.lastPathComponent
        try self.init(GuardianFile.decode(GuardianFile.text(of: url), file: file), file: file)
    }

    private init(_ content: ReplyFile, file: String) throws(GuardianError) {
        for rule in content.faults {
            for pattern in rule.phrases {
                do {
                    phrases.insert(try Phrase(pattern, sets: content.sets), rule.fault)
                } catch {
                    throw GuardianError(
                        file: file, place: rule.fault.rawValue,
                        reason: "in \"\(pattern)\", \(error)")
                }
            }
        }
    }

    /// The faults of a text.
    public func faults(in text: String) -> Set<ReplyFault> {
        Set(phrases.matches(in: TokenStream(text)).map(\.meaning))
    }
}

private struct ReplyFile: Decodable {
    struct Rule: Decodable {
        var fault: ReplyFault
        var phrases: [String]

        enum CodingKeys: CodingKey, CaseIterable { case fault, phrases }

        init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            fault = try container.decode(ReplyFault.self, forKey: .fault)
            phrases = try container.decode([String].self, forKey: .phrases)
        }
    }

    var sets: [String: [String]]
    var faults: [Rule]
}
