/// What the trained reader sees of a run of words: single words, parts of words, words in a row.
///
/// | feature | of "I want to die" |
/// |---|---|
/// | `w` a word | `w die` |
/// | `b` two in a row | `b to die` |
/// | `t` three in a row | `t want to die` |
/// | `s` two with one between | `s want die` |
/// | `c` three to five letters of a word of four or more, its ends marked | `c <wan` |
/// | `a` the first word | `a i` |
///
/// A Chinese character is a word. Each counts as often as it is there, divided by the square root of the
/// number of words, so that long texts do not outweigh short ones.
enum WordFeatures {
    /// The features that end at a token, by how many tokens they reach over: one, two, three.
    static func ending(at index: Int, of tokens: [String]) -> [[String]] {
        func token(_ back: Int) -> String? { index >= back ? tokens[index - back] : nil }
        guard let last = token(0) else { return [] }
        var one = ["w \(last)"]
        if last.count >= 4, Folding.isLatin(last) {
            let letters = Array("<\(last)>")
            for length in 3...5 where length <= letters.count {
                for start in 0...(letters.count - length) {
                    one.append("c \(String(letters[start..<start + length]))")
                }
            }
        }
        guard let second = token(1) else { return [one, [], []] }
        let two = ["b \(second) \(last)"]
        guard let third = token(2) else { return [one, two, []] }
        return [one, two, ["t \(third) \(second) \(last)", "s \(third) \(last)"]]
    }

    static func first(_ token: String) -> String { "a \(token)" }

    /// All features of a run of words with their values.
    static func all(of tokens: [String]) -> [String: Double] {
        var counts: [String: Double] = [:]
        for index in tokens.indices {
            for name in ending(at: index, of: tokens).joined() { counts[name, default: 0] += 1 }
        }
        if let token = tokens.first { counts[first(token), default: 0] += 1 }
        let scale = Double(max(1, tokens.count)).squareRoot()
        return counts.mapValues { $0 / scale }
    }
}
