internal import Foundation
package import KeelLanguage

/// Whether a conversation rests: nobody is answered by the model, and it is said why and how to go on.
///
/// The bar is high and can be read off the words: the same message `bar` times in a row, which a
/// person does not write and a loop does. Anything else that is written resumes the conversation, as
/// it ends the row. Where any message has a sign that a person may be at risk, nothing rests, whatever
/// is written how often: then to be answered again and again is what may count. Nor does it rest where
/// somebody repeats something about themselves, since no list of signs is whole.
package struct Rest {
    /// How often the same message comes in a row before the conversation rests.
    package static let bar = 8

    /// Whether the newest messages are a loop that says nothing of a person.
    /// - Parameter messages: The person's messages up to the one that is to be answered, in order.
    /// - Returns: Whether the bar is reached.
    package static func isDue(after messages: [String]) -> Bool {
        guard messages.count >= bar, let last = messages.last else { return false }
        let words = plain(last)
        // Messages of marks alone ("…", "?!") say nothing by which they could be told to be the same.
        return words.contains { $0.isLetter || $0.isNumber }
            && messages.suffix(bar).allSatisfy { plain($0) == words }
            && !speaksOfOneself(last)
    }

    /// Whether nothing in a conversation speaks against rest.
    /// - Parameters:
    ///   - conversation: All that was said, in every branch.
    ///   - reader: Whether somebody may be at risk, as one sees it who reads more than words.
    /// - Returns: False where any message of a person has a sign of risk, or the reader sees one.
    package static func isSafe(
        in conversation: [Message], reader: (@Sendable ([Message]) -> Bool)?
    ) -> Bool {
        let said = conversation.filter { $0.role == .user }.map(\.content)
        return !said.contains(where: mayBeAtRisk) && reader?(conversation) != true
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

    /// Whether a message is about the one who writes it, as "I'm done" is.
    private static func speaksOfOneself(_ text: String) -> Bool {
        let words = text.lowercased().split { !$0.isLetter }.map(String.init)
        return !oneself.isDisjoint(with: words) || text.contains { "我俺咱".contains($0) }
    }

    private static let oneself: Set = ["i", "im", "ive", "id", "me", "my", "mine", "myself"]

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
