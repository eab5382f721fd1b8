/// A sentence without what it is about: closed-class words stay, others leave their ending.
///
/// What a thought is about must not decide whether the model plays a part in it, since a story about a
/// villain is none.
enum ThoughtSkeleton {
    private static let kept: Set<String> = Set(
        """
        a an the this that these those here there now then when where who whom whose which what how why if as than \
        i me my mine myself you your yours yourself he him his she her hers it its they them their we us our one ones \
        am is are was were be been being have has had do does did will would shall should can could may might must \
        ought need let not no never nor nothing nobody none neither without any some every all each only just still \
        also too so but and or because though of in on at by for from to with about into onto out off up down over \
        under after before between behind against through say says said tell tells told ask asks asked want wants \
        wanted give gives answer answers explain quote call calls make makes yes okay well once always again such \
        like more most less least much many few very instead
        """.split(separator: " ").map(String.init))

    private static func shape(_ word: String) -> String {
        if kept.contains(word) { return word }
        if word == ThoughtText.quote.lowercased() { return ThoughtText.quote }
        if word.allSatisfy(\.isNumber) { return "0" }
        let ending = ["ing", "ed", "ly", "s"].first {
            word.hasSuffix($0) && word.count > $0.count + 2
        }
        return "_" + (ending ?? "")
    }

    /// Runs of one to three shapes of each sentence, its ends marked, with how often they are there; as
    /// a vector of length 1.
    static func features(_ sentences: [String]) -> [String: Double] {
        var counts: [String: Double] = [:]
        for sentence in sentences {
            let words = ThoughtText.words(sentence)
            let shapes = ["^"] + words.map(shape) + ["$"]
            for length in 1...3 where length <= shapes.count {
                for start in 0...(shapes.count - length) {
                    counts[shapes[start..<start + length].joined(separator: " "), default: 0] += 1
                }
            }
        }
        // In a fixed order: sums of floats depend on it.
        let squares = counts.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value }
        return squares > 0 ? counts.mapValues { $0 / squares.squareRoot() } : [:]
    }
}
