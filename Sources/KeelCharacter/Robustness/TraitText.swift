/// The words and marks of an answer, singly and in twos, as shares.
///
/// Stretches do not go over the end of a sentence, so a text said twice has the same shares as one
/// said once: how long an answer is does not show in them.
struct TraitText: Sendable {
    /// Of each stretch, its share among those of its length; the shares of a length add up to 1.
    let shares: [String: Double]

    init(_ text: String) {
        var counts: [[String: Double]] = [[:], [:]]
        for sentence in Self.sentences(text) {
            for (index, token) in sentence.enumerated() {
                counts[0][token, default: 0] += 1
                if index > 0 { counts[1]["\(sentence[index - 1]) \(token)", default: 0] += 1 }
            }
        }
        var shares: [String: Double] = [:]
        for lengths in counts {
            let all = lengths.values.reduce(0, +)
            for (stretch, count) in lengths { shares[stretch] = count / all }
        }
        self.shares = shares
    }

    /// Of each sentence its words, and its marks behind them.
    private static func sentences(_ text: String) -> [[String]] {
        var sentences: [[String]] = []
        var part = ""
        func close() {
            let tokens = Words(part).list + part.filter(marks.contains).map(String.init)
            if !tokens.isEmpty { sentences.append(tokens) }
            part = ""
        }
        for character in text {
            part.append(character)
            if character.isNewline || ".!?。！？".contains(character) {
                close()
            }
        }
        close()
        return sentences
    }

    /// Marks that say something of the manner; a full stop says only that a sentence is over.
    private static let marks: Set<Character> = ["!", "?", ";", ":", "*", "#", "(", "—", "\""]
}
