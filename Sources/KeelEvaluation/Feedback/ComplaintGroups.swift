import Foundation

/// A complaint, as far as grouping needs it.
public struct Complaint: Hashable, Sendable {
    /// What the person gave as the reason; may be empty.
    public var reason: String
    /// The message that was answered.
    public var question: String

    public init(reason: String, question: String) {
        self.reason = reason
        self.question = question
    }
}

/// Complaints that share a word.
public struct ComplaintGroup: Hashable, Sendable {
    /// The word; nil for complaints that share none with any other.
    public var word: String?
    /// Which complaints, by their places in the list that was grouped.
    public var members: [Int]

    public init(word: String?, members: [Int]) {
        self.word = word
        self.members = members
    }

    /// A cluster's id in a suite: the word, or `other`; letters that no id may have stand as their
    /// numbers in Unicode.
    public var cluster: String {
        guard let word else { return "other" }
        return word.allSatisfy(\.isASCII)
            ? ImportSource.id(word)
            : word.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: "-")
    }

    /// Groups complaints by words of their reasons, or of their questions where there is no reason.
    ///
    /// The word that is in most of them takes those as the first group, and so on with what is left,
    /// until no word is in two. Among words that are in equally many, the first by alphabet counts.
    /// So each complaint is in one group, and why it is there can be read off.
    public static func groups(of complaints: [Complaint]) -> [ComplaintGroup] {
        let words = complaints.map(\.words)
        var left = Set(complaints.indices)
        var groups: [ComplaintGroup] = []
        while true {
            var counts: [String: Int] = [:]
            for place in left { for word in words[place] { counts[word, default: 0] += 1 } }
            guard
                let (word, count) = counts.max(by: {
                    ($0.value, $1.key) < ($1.value, $0.key)
                }), count > 1
            else { break }
            let members = left.filter { words[$0].contains(word) }.sorted()
            groups.append(ComplaintGroup(word: word, members: members))
            left.subtract(members)
        }
        if !left.isEmpty { groups.append(ComplaintGroup(word: nil, members: left.sorted())) }
        return groups
    }
}

extension Complaint {
    /// Words of the reason, or of the question where there is none: in lower case, without those that
    /// every sentence has; of Chinese, pairs of characters.
    public var words: Set<String> {
        let text = reason.isEmpty ? question : reason
        let parts = text.lowercased().split { !($0.isLetter || $0 == "'") }.map(String.init)
        var words: Set<String> = []
        for part in parts {
            let isChinese = part.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
            if isChinese {
                for (first, second) in zip(part, part.dropFirst()) {
                    words.insert("\(first)\(second)")
                }
            } else if part.count > 2, !Self.common.contains(part) {
                words.insert(part)
            }
        }
        return words
    }

    private static let common: Set<String> = [
        "the", "and", "that", "this", "was", "were", "are", "but", "not", "for", "with", "you",
        "your", "did", "does", "have", "has", "had", "its", "it's", "too", "very", "just", "what",
        "when", "how", "why", "who", "can", "could", "would", "should", "will", "from", "about",
        "all", "any", "answer", "there", "they", "them", "then", "than", "only", "into", "out",
        "didn't", "doesn't", "don't", "isn't", "wasn't", "really", "like", "asked", "said",
    ]
}
