import KeelLanguage

/// Whose danger is spoken of.
enum Subject: Hashable {
    case person
    /// Every sign stands in a sentence about somebody else, in which the person is not the one who acts.
    case somebodyElse

    private static let kinds: Set<SignKind> = [
        .active, .plan, .passive, .injury, .progress, .farewell, .atHand,
    ]
    private static let others: Set = [
        "he", "hes", "she", "shes", "they", "theyre", "friend", "friends", "brother", "sister",
        "mother", "mom", "mum", "father", "dad", "son", "daughter", "wife", "husband", "girlfriend",
        "boyfriend", "partner", "roommate", "classmate", "colleague", "neighbour", "neighbor",
        "himself", "herself", "themselves", "themself", "他", "她", "友", "妈", "爸", "哥", "弟", "姐", "妹",
        "儿", "女", "公", "婆", "同",
    ]
    private static let selves: Set = [
        "i", "im", "ive", "id", "ill", "me", "myself", "俺", "咱",
    ]

    /// In doubt, the person: to be asked plainly in vain costs less than not to be asked.
    init(of reading: RiskReading, in conversation: [Message]) {
        let signs = reading.evidence.filter { Self.kinds.contains($0.kind) }
        let isOther = signs.allSatisfy { sign in
            sign.spans.allSatisfy { span in
                conversation.indices.contains(span.message)
                    && Self.isAboutOthers(conversation[span.message].content)
            }
        }
        self = !signs.isEmpty && isOther ? .somebodyElse : .person
    }

    private static func isAboutOthers(_ text: String) -> Bool {
        let words = TokenStream(text).tokens.map(\.text)
        guard !others.isDisjoint(with: words), selves.isDisjoint(with: words) else { return false }
        // 我 before a noun says whose somebody is, as "my" does; anywhere else it is the person.
        return words.indices.allSatisfy { index in
            words[index] != "我"
                || words.indices.contains(index + 1)
                    && "的朋妈爸哥弟姐妹儿女老男室同".contains(words[index + 1])
        }
    }
}
