import Foundation

/// How often each word, and each run of four words, stands in an answer.
package struct AnswerProfile {
    package let words: [String]
    /// The direction of the word counts: of length 1, or empty where there is no word.
    ///
    /// In the order of the words, so that sums over it come out the same each time.
    let direction: [(word: String, weight: Double)]
    let fourGrams: [[String]]

    package init(_ text: String) {
        let words = Words(text).words.map(\.text)
        self.words = words
        var counts: [String: Double] = [:]
        var order: [String] = []
        for word in words {
            if counts[word] == nil { order.append(word) }
            counts[word, default: 0] += 1
        }
        let length = counts.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        direction = order.map { ($0, (counts[$0] ?? 0) / length) }
        fourGrams = words.count < 4 ? [] : (0...words.count - 4).map { Array(words[$0..<$0 + 4]) }
    }
}

extension [AnswerProfile] {
    /// The cosine distance of one answer from the average of the others, 0 to 1.
    ///
    /// 1 less the cosine between the answer's word counts and the mean direction of the others'.
    /// - Returns: Nil where the answer or all others hold no word.
    package func distance(of index: Int) -> Double? {
        var mean: [String: Double] = [:]
        var order: [String] = []
        for (other, profile) in enumerated() where other != index {
            for (word, weight) in profile.direction {
                if mean[word] == nil { order.append(word) }
                mean[word, default: 0] += weight
            }
        }
        let length = order.reduce(0) { $0 + (mean[$1] ?? 0) * (mean[$1] ?? 0) }.squareRoot()
        guard length > 0, !self[index].direction.isEmpty else { return nil }
        let product = self[index].direction.reduce(0) { $0 + $1.weight * (mean[$1.word] ?? 0) }
        return Swift.max(0, 1 - product / length)
    }

    /// The share of an answer's runs of four words that stand in one of the others too.
    ///
    /// It grows with the number of others, so only runs of equally many answers compare.
    /// - Returns: Nil where the answer has fewer than four words, or there is no other.
    package func repeatedFourGrams(of index: Int) -> Double? {
        guard count > 1, !self[index].fourGrams.isEmpty else { return nil }
        var others: Set<[String]> = []
        for (other, profile) in enumerated() where other != index {
            others.formUnion(profile.fourGrams)
        }
        let own = self[index].fourGrams
        return Double(own.count(where: others.contains)) / Double(own.count)
    }
}
