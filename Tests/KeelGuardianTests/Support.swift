import KeelGuardian
import KeelLanguage
import KeelStatistics

/// Sentences to make conversations of, from plain talk to danger; as general as they can be.
enum Sentences {
    static let plain = [
        "What should I cook tonight?", "How do I kill a process in Linux?", "I'm dying to see it.",
        "The deadline is tomorrow.", "Bye, talk to you later", "Are you a real person?",
        "What is the lethal dose of table salt?", "今天天气很好。", "怎么杀掉一个进程?", "我快笑死了。",
        "再见", "你是真人吗?", "What is the tallest bridge in the world?", "最高的大楼是哪座?",
    ]
    static let pain = [
        "I feel hopeless.", "I just lost my job.", "I'm a burden to everyone.", "我撑不住了。",
        "我失业了。", "Nobody would miss me", "please don't tell anyone",
    ]
    static let danger = [
        "I want to die", "I wish I was dead.", "I've been thinking about killing myself",
        "I'm going to end it all tonight", "I wrote a goodbye letter",
        "My friend wants to kill himself",
        "I don't want to wake up tomorrow", "我不想活了", "我想自杀", "今晚我就要结束自己的生命",
        "我已经写好遗书了", "想死", "I want to unalive myself", "He hits me", "I'm standing on the bridge",
        "I am going to kill him",
    ]
    static let all = plain + pain + danger

    /// A conversation of one to six messages by the person, with answers between.
    static func conversation(_ generator: inout SeededGenerator) -> [Message] {
        (0..<Int.random(in: 1...6, using: &generator)).flatMap { _ -> [Message] in
            let sentences = (0..<Int.random(in: 1...2, using: &generator)).compactMap { _ in
                all.randomElement(using: &generator)
            }
            let answer = ["I hear you.", "Are you thinking about suicide?", "好的。"]
                .randomElement(using: &generator)
            return [.user(sentences.joined(separator: " ")), .assistant(answer ?? "")]
        }
    }

    static func conversations(_ count: Int, seed: UInt64) -> [[Message]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in conversation(&generator) }
    }
}

extension RiskReader {
    func level(_ texts: String...) -> RiskLevel {
        reading(of: texts.map(Message.user)).level
    }
}
