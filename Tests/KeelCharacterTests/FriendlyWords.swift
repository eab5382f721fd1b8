import KeelCharacter
import KeelLanguage
import KeelStatistics

/// Answers of which a share of the words are a friend's: a character whose strength is known.
enum FriendlyWords {
    private static let friendly = ["gladly", "friend", "warmly", "dear"]
    private static let common = [
        "stone", "river", "green", "seven", "walks", "light", "door", "paper", "under", "quick",
        "salt", "round",
    ]

    /// A sentence of twelve words for each of so many.
    static func text(
        _ share: Double, sentences: Int = 1, using generator: inout SeededGenerator
    ) -> String {
        (0..<sentences).map { _ in
            (0..<12).map { _ in
                let words = Double.random(in: 0..<1, using: &generator) < share ? friendly : common
                return words.randomElement(using: &generator) ?? ""
            }.joined(separator: " ") + "."
        }.joined(separator: " ")
    }

    /// Ranked rows, one for each prompt, of which chosen and rejected have these shares.
    static func rows(
        _ count: Int, chosen: Double, rejected: Double, sentences: (Int, Int) = (1, 1),
        seed: UInt64 = 1, origin: PreferenceRecord.Origin = .ranked
    ) -> [PreferenceRecord] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { number in
            PreferenceRecord(
                prompt: [.user("Describe object \(number) briefly")],
                chosen: text(chosen, sentences: sentences.0, using: &generator),
                rejected: text(rejected, sentences: sentences.1, using: &generator),
                probability: 1, origin: origin)
        }
    }

    /// A model whose share of friendly words follows from what it is asked.
    static func model(
        _ share: @escaping @Sendable (_ isTold: Bool, _ asked: String) -> Double
    ) -> ScriptedChatModel {
        ScriptedChatModel { prompt, sample, options in
            guard case .messages(let messages) = prompt else { return "" }
            let isTold = messages.first?.content.contains("I am a friend.") == true
            var generator = SeededGenerator(
                seed: options.seed ^ (UInt64(sample) &* 0x9E37_79B9_7F4A_7C15))
            return text(share(isTold, messages.last?.content ?? ""), using: &generator)
        }
    }
}
