import KeelLanguage

/// What the person has said so far, word after word, across all of their messages.
///
/// A message is where somebody pressed Enter, which says nothing about where a thought ends. So words
/// of neighbouring messages stand beside each other here, and what a phrase would find in one message
/// it finds in the same message sent in pieces. A Chinese character is a word of its own.
struct TokenStream: Sendable {
    struct Token: Sendable {
        /// Folded: lower case, no apostrophes, narrow, simplified.
        var text: String
        /// Number of the message among all of the conversation.
        var message: Int
        /// Unicode scalars of the message.
        var range: Range<Int>
        /// Where the token stands when only letters are counted, a Chinese one as three.
        var offset: Int
        var startsSentence: Bool
        /// A punctuation mark of any kind stands before it.
        var followsMark: Bool
        var startsMessage: Bool
    }

    private(set) var tokens: [Token] = []

    init() {}

    /// The words of a single text.
    init(_ text: String) {
        append(text, message: 0)
    }

    /// The words of all messages by the person.
    init(_ messages: [Message]) {
        for (number, message) in messages.enumerated() where message.role == .user {
            append(message.content, message: number)
        }
    }

    mutating func append(_ content: String, message: Int) {
        var tokenizer = Tokenizer(message: message, offset: end)
        for scalar in content.unicodeScalars { tokenizer.read(scalar) }
        tokens += tokenizer.finish()
    }

    private var end: Int {
        tokens.last.map { $0.offset + Self.reach(of: $0.text) } ?? 0
    }

    /// How far apart a token holds its neighbours.
    static func reach(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (Folding.isIdeograph($1) ? 3 : 1) }
    }

    /// The token at `index`, and the words that it makes with the tokens after it where a message was
    /// cut in the middle of a word.
    /// - Returns: Texts with how many tokens each takes; the whole token first.
    func readings(at index: Int) -> [(text: String, count: Int)] {
        var text = tokens[index].text
        var readings = [(text, 1)]
        var next = index + 1
        while next < tokens.count, tokens[next].startsMessage, next - index < Self.maximumPieces,
            Folding.isLatin(text), Folding.isLatin(tokens[next].text)
        {
            text += tokens[next].text
            readings.append((text, next - index + 1))
            next += 1
        }
        return readings
    }

    private static let maximumPieces = 12

    /// Runs of words as they would be had messages been cut in the middle of a word.
    ///
    /// Only within a run, so that nothing depends on what stands behind it, and only where a message ends
    /// and the next begins with letters.
    /// - Returns: A stream of those runs that have such a place, one behind another, and where they stand.
    func joiningCutWords(in windows: [TextWindow]) -> (stream: TokenStream, windows: [TextWindow]) {
        var joined = TokenStream()
        var found: [TextWindow] = []
        for window in windows {
            let run = tokens[window.tokens]
            let borders = run.dropFirst().count(where: \.startsMessage)
            guard (1...Self.maximumBorders).contains(borders) else { continue }
            let start = joined.tokens.count
            for token in run {
                if token.startsMessage, joined.tokens.count > start, Folding.isLatin(token.text),
                    var last = joined.tokens.popLast()
                {
                    guard Folding.isLatin(last.text) else {
                        joined.tokens += [last, token]
                        continue
                    }
                    last.text += token.text
                    last.message = token.message
                    last.range = token.range
                    joined.tokens.append(last)
                } else {
                    joined.tokens.append(token)
                }
            }
            if joined.tokens.count - start == run.count {
                joined.tokens.removeLast(run.count)
            } else {
                found.append(
                    TextWindow(tokens: start..<joined.tokens.count, message: window.message))
            }
        }
        return (joined, found)
    }

    /// Messages in a row that are read as cut within words.
    private static let maximumBorders = 6
}

/// Cuts one message into tokens.
private struct Tokenizer {
    var tokens: [TokenStream.Token] = []
    let message: Int
    var offset: Int
    var position = 0
    var word = ""
    var start = 0
    var startsSentence = true
    var followsMark = false

    init(message: Int, offset: Int) {
        self.message = message
        self.offset = offset
    }

    mutating func read(_ scalar: Unicode.Scalar) {
        defer { position += 1 }
        let folded = Folding.fold(scalar)
        switch folded {
        case .nothing:
            break
        case .ideograph(let scalar):
            close()
            start = position
            word.unicodeScalars.append(scalar)
            close(at: position + 1)
        case .letters(let letters):
            if word.isEmpty { start = position }
            word += letters
        case .sentenceEnd:
            close()
            startsSentence = true
            followsMark = true
        case .mark:
            close()
            followsMark = true
        case .space:
            close()
        }
    }

    mutating func close(at end: Int? = nil) {
        guard !word.isEmpty else { return }
        tokens.append(
            .init(
                text: word, message: message, range: start..<(end ?? position), offset: offset,
                startsSentence: startsSentence, followsMark: followsMark,
                startsMessage: tokens.isEmpty))
        offset += TokenStream.reach(of: word)
        word = ""
        startsSentence = false
        followsMark = false
    }

    mutating func finish() -> [TokenStream.Token] {
        close()
        return tokens
    }
}
