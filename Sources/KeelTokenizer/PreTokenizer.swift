/// How a text is cut into the words inside which tokens are merged.
///
/// The patterns are scanned by hand, in one pass and without backtracking, so no text can make
/// them slow; their tests hold them to Hugging Face `tokenizers`.
public struct PreTokenizer: Equatable, Sendable {
    /// How numeric characters are set apart before the pattern sees the text.
    public enum Digits: Sendable {
        /// Not at all.
        case joined
        /// As runs.
        case runs
        /// Each by itself.
        case individual
    }

    /// The regular expression that cuts the rest.
    public enum Pattern: Sendable {
        /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
        case gpt2
        /// Contractions in any case, words with one leading mark, digits in threes, lines.
        case llama3
        /// As Llama 3, with digits one by one.
        case qwen2
        /// As Qwen 2, without contractions, and a capital begins a word (Mistral's Tekken).
        case tekken
        /// A word begins with each U+2581, which stands for a space.
        case visibleSpaces
    }

    /// Whether GGUF files that name this cut mean that a word that is a token is taken whole.
    var takesWholeWords: Bool { pattern == .llama3 || pattern == .tekken }

    /// How digits are cut before the pattern is asked.
    public let digits: Digits
    /// The pattern, or nil where the text is one word.
    public let pattern: Pattern?

    public init(digits: Digits = .joined, pattern: Pattern?) {
        self.digits = digits
        self.pattern = pattern
    }

    /// Calls `body` with every word of `text`, in order; the words together are the text.
    func forEachWord(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        guard digits != .joined else {
            cut(text, 0..<text.count, body)
            return
        }
        var start = 0
        var position = 0
        while position < text.count {
            var end = text.scalar(at: position).end
            guard text.scalarClass(at: position) == .number else {
                position = end
                continue
            }
            if digits == .runs { end = text.end(of: .number, from: end, to: text.count) }
            cut(text, start..<position, body)
            cut(text, position..<end, body)
            start = end
            position = end
        }
        cut(text, start..<text.count, body)
    }

    private func cut(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void
    ) {
        var position = range.lowerBound
        while position < range.upperBound {
            let end =
                switch pattern {
                case nil: range.upperBound
                case .gpt2: text.gpt2Word(from: position, to: range.upperBound)
                case .llama3:
                    text.llama3Word(from: position, to: range.upperBound, digitsPerWord: 3)
                case .qwen2:
                    text.llama3Word(from: position, to: range.upperBound, digitsPerWord: 1)
                case .tekken: text.tekkenWord(from: position, to: range.upperBound)
                case .visibleSpaces:
                    text.visibleSpace(after: position, to: range.upperBound)
                }
            body(position..<end)
            position = end
        }
    }
}
