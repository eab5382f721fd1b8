internal import Foundation

/// Whether a conversation rests: nobody is answered by the model, and it is said why and how to go on.
///
/// The bar is high and can be read off the words: the same message `bar` times in a row, which a
/// person does not write and a loop does. Anything else that is written resumes the conversation, as
/// it ends the row. Where any message has a sign that a person may be at risk, nothing rests, whatever
/// is written how often: then to be answered again and again is what may count.
package struct Rest {
    /// How often the same message comes in a row before the conversation rests.
    package static let bar = 8

    /// Whether the bar is reached, and nothing speaks against it.
    /// - Parameter messages: The person's messages, in order.
    /// - Returns: Whether the conversation rests.
    package static func isDue(after messages: [String]) -> Bool {
        guard messages.count >= bar, let last = messages.last else { return false }
        let words = plain(last)
        return messages.suffix(bar).allSatisfy { plain($0) == words }
            && !messages.contains(where: mayBeAtRisk)
    }

    /// What is said instead of an answer, in the language of the message as far as its script tells.
    static func notice(after message: String) -> String {
        let isChinese = message.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
        return isChinese
            ? "同样的话已经连续出现了 \(bar) 次,看起来像是自动循环,所以这个对话先休息一下。写下任何不同的话,对话就会继续。"
            : "The same message has come \(bar) times in a row, which looks like a loop, so this "
                + "conversation rests. Write anything else, a word is enough, and it goes on."
    }

    private static func plain(_ text: String) -> String {
        text.lowercased().filter { !$0.isWhitespace && !$0.isPunctuation }
    }

    /// Signs are read generously: a false one costs some answers to a loop, a missed one could cost
    /// far more.
    static func mayBeAtRisk(_ text: String) -> Bool {
        let text = text.lowercased()
        return signs.contains { text.contains($0) }
    }

    private static let signs = [
        "suicid", "kill", "die", "dead", "death", "end it", "end my", "hurt", "harm", "cut my",
        "overdose", "pills", "jump", "can't go on", "cant go on", "no way out", "worthless",
        "hopeless", "alone", "scared", "afraid", "abus", "rape", "hit me", "beat", "help me",
        "emergency", "unalive", "goodbye", "sleep forever",
        "自杀", "自殺", "想死", "不想活", "去死", "自残", "自殘", "伤害", "傷害", "跳楼", "跳樓", "割腕",
        "绝望", "絕望", "救命", "救我", "活不下去", "害怕", "家暴", "结束生命", "結束生命", "再见", "再見",
    ]
}
