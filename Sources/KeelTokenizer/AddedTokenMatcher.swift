/// Cuts added tokens out of a text: leftmost first, the longest of those that start together.
struct AddedTokenMatcher: Sendable {
    struct Piece {
        let range: Range<Int>
        /// The added token found there, or nil for text in between.
        let id: Int?
    }

    private struct Node: Sendable {
        var children: [UInt8: Int] = [:]
        var token: Int?
    }

    let tokens: [AddedToken]
    private var nodes = [Node()]
    private var startsToken = [Bool](repeating: false, count: 256)

    init(_ tokens: [AddedToken], normalization: Normalization) {
        self.tokens = tokens
        for (index, token) in tokens.enumerated() {
            var node = 0
            for byte in normalization.apply(to: token.content).utf8 {
                if let child = nodes[node].children[byte] {
                    node = child
                } else {
                    nodes.append(Node())
                    nodes[node].children[byte] = nodes.count - 1
                    node = nodes.count - 1
                }
            }
            nodes[node].token = nodes[node].token ?? index
        }
        nodes[0].token = nil
        for byte in nodes[0].children.keys { startsToken[Int(byte)] = true }
    }

    /// The pieces of `text` in order, without empty ones.
    ///
    /// Where `isTrusted` denies a range, no special token is found in it.
    func pieces(
        of text: UnsafeBufferPointer<UInt8>, isTrusted: (Range<Int>) -> Bool
    ) -> [Piece] {
        var pieces: [Piece] = []
        var start = 0
        var position = 0
        while position < text.count {
            guard startsToken[Int(text[position])], let match = longest(in: text, at: position)
            else {
                position += 1
                continue
            }
            let token = tokens[match.token]
            var range = position..<match.end
            // As in Hugging Face, a match that is refused still hides those that overlap it.
            position = match.end
            if token.isSpecial && !isTrusted(range) { continue }
            if token.isSingleWord && touchesWord(range, in: text) { continue }
            if token.stripsLeft {
                range =
                    text.whitespaceStart(before: range.lowerBound, limit: start)..<range.upperBound
            }
            if token.stripsRight {
                range = range.lowerBound..<text.whitespaceEnd(from: range.upperBound)
            }
            if start < range.lowerBound {
                pieces.append(Piece(range: start..<range.lowerBound, id: nil))
            }
            pieces.append(Piece(range: range, id: token.id))
            start = range.upperBound
        }
        if start < text.count { pieces.append(Piece(range: start..<text.count, id: nil)) }
        return pieces
    }

    private func longest(
        in text: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> (token: Int, end: Int)? {
        var found: (token: Int, end: Int)?
        var node = 0
        var position = start
        while position < text.count, let child = nodes[node].children[text[position]] {
            node = child
            position += 1
            if let token = nodes[node].token { found = (token, position) }
        }
        return found
    }

    private func touchesWord(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if range.lowerBound > 0, text.scalar(before: range.lowerBound).value.isWordCharacter {
            return true
        }
        return range.upperBound < text.count
            && text.scalar(at: range.upperBound).value.isWordCharacter
    }
}
