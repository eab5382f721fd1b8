/// Reads an answer before the person does, sentence by sentence.
///
/// A sentence with a fault is left out. What is shown was read; what was shown is never taken back.
/// Sentences end where their marks stand, not where chunks do, so the verdict is the same for any chunking.
/// - Note: A fault that is spread over sentences is not seen.
public struct ReplyReview: Sendable {
    /// Faults of sentences that were left out, in order.
    public private(set) var faults: [ReplyFault] = []
    /// Numbers that were left out.
    public var numbersLeftOut: Int { numbers.leftOut }

    private let rules: ReplyRules
    /// Sentences that may still be shown; nil for as many as come.
    private var left: Int?
    /// What was shown of a text that may not run on, so that nothing comes twice.
    private var shown: Set<String> = []
    private var numbers: NumberFilter
    /// The sentence that is being written.
    private var sentence = ""
    private var count = 0
    private var isPastEnd = false
    /// A longer one is read as it stands, at the next space.
    private static let longest = 400

    /// - Parameters:
    ///   - rules: What a sentence must not say.
    ///   - numbers: Which numbers may be named.
    ///   - mostSentences: How many are shown, none of them twice; what comes after them is left out.
    public init(_ rules: ReplyRules, numbers: NumberFilter, mostSentences: Int? = nil) {
        self.rules = rules
        left = mostSentences
        self.numbers = numbers
    }

    /// Takes more of the answer.
    /// - Returns: What may be shown now: whole sentences.
    public mutating func feed(_ text: some StringProtocol) -> String {
        let numbered = numbers.feed(text)
        return take(numbered)
    }

    /// Ends the answer.
    /// - Returns: The rest of what may be shown.
    public mutating func finish() -> String {
        let rest = numbers.finish()
        return take(rest) + cleared()
    }

    private mutating func take(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            let ends = ".!?…。!?\n！？".unicodeScalars.contains(scalar)
            if isPastEnd, !ends, !"\"'”’)」』 ".unicodeScalars.contains(scalar) {
                shown += cleared()
            }
            sentence.unicodeScalars.append(scalar)
            count += 1
            isPastEnd = isPastEnd || ends || count > Self.longest && scalar == " "
        }
        return shown
    }

    /// The sentence, if nothing is wrong with it.
    private mutating func cleared() -> String {
        let text = sentence
        sentence = ""
        count = 0
        isPastEnd = false
        let found = rules.faults(in: text)
        if found.isEmpty {
            guard let left, text.contains(where: \.isLetter) else { return text }
            guard left > 0, shown.insert(text.filter { $0.isLetter || $0.isNumber }).inserted else {
                return ""
            }
            self.left = left - 1
            return text
        }
        faults += found.sorted { $0.rawValue < $1.rawValue }
        return ""
    }
}
