import Foundation

extension TextFeature {
    /// What every inspection looks for, besides the counters that a caller adds.
    ///
    /// Lengths are logarithms to the base of two, so that a doubling counts alike at any length.
    public static let catalogue: [TextFeature] = [
        TextFeature(id: "length", title: "doublings of length in words") {
            log2(1 + Double($0.words.count))
        },
        TextFeature(id: "sentence-length", title: "doublings of sentence length") {
            let ends = max(1, $0.text.matches(of: /[.!?]+(\s|$)/).count)
            return log2(1 + Double($0.words.count) / Double(ends))
        },
        TextFeature(id: "word-length", title: "letters per word") {
            $0.words.isEmpty
                ? 0 : Double($0.words.reduce(0) { $0 + $1.count }) / Double($0.words.count)
        },
        TextFeature(id: "paragraphs", title: "paragraphs") {
            Double($0.text.split(separator: /\n\s*\n/).count)
        },
        TextFeature(id: "list-items", title: "list items") {
            Double($0.lines.count { $0.firstMatch(of: /^([-*•]|\d+[.)])\s/) != nil })
        },
        TextFeature(id: "headings", title: "headings") {
            Double($0.lines.count { $0.firstMatch(of: /^#{1,6}\s/) != nil })
        },
        TextFeature(id: "emphasis", title: "stretches in bold or italics") {
            Double($0.text.matches(of: /\*{1,2}[^\s*][^*\n]*\*{1,2}/).count)
        },
        TextFeature(id: "code", title: "stretches of code") {
            Double($0.text.matches(of: /`+[^`]+`+/).count)
        },
        TextFeature(id: "semicolons", title: "semicolons") { count(";", in: $0) },
        TextFeature(id: "colons", title: "colons") { count(":", in: $0) },
        TextFeature(id: "dashes", title: "dashes") {
            Double($0.text.matches(of: /—|\s–\s|\s--?\s/).count)
        },
        TextFeature(id: "parentheses", title: "parentheses") { count("(", in: $0) },
        TextFeature(id: "exclamations", title: "exclamation marks") { count("!", in: $0) },
        TextFeature(id: "questions", title: "question marks") { count("?", in: $0) },
        TextFeature(id: "emoji", title: "emoji") {
            Double($0.text.unicodeScalars.count { $0.properties.isEmojiPresentation })
        },
        TextFeature(id: "numbers", title: "numbers") {
            Double($0.words.count { $0.first?.isNumber == true })
        },
        TextFeature(id: "first-person", title: "words of the first person") {
            occurrences(
                of: ["i", "me", "my", "mine", "myself", "i'm", "i'd", "i'll", "i've"], in: $0)
        },
        TextFeature(id: "second-person", title: "words of the second person") {
            occurrences(
                of: ["you", "your", "yours", "you're", "you'd", "you'll", "you've"], in: $0)
        },
        TextFeature(id: "contractions", title: "contractions") {
            Double($0.words.count { $0.firstMatch(of: /'(t|s|m|d|re|ll|ve)$/) != nil })
        },
        TextFeature(id: "echo", title: "share of the question's words that come back") {
            let asked = Words($0.prompt).content
            let said = Set($0.words)
            return asked.isEmpty
                ? 0 : Double(asked.intersection(said).count) / Double(asked.count)
        },
    ]

    private static func count(_ character: Character, in answer: Answer) -> Double {
        Double(answer.text.count { $0 == character })
    }

    private static func occurrences(of words: Set<String>, in answer: Answer) -> Double {
        Double(answer.words.count { words.contains($0) })
    }
}
