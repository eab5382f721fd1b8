extension BytePairTokenizer {
    /// The token ids of a text.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - parsingSpecial: whether control tokens such as `<|im_start|>` in the text become their
    ///     ids; without it they are text, as everything that people write must be.
    ///   - addingSpecial: whether the text starts with the beginning-of-sequence token where the
    ///     tokenizer asks for it. Chat templates write their own.
    /// - Returns: ids below `vocabularySize`.
    public func encode(
        _ text: String, parsingSpecial: Bool = false, addingSpecial: Bool = false
    ) -> [Int] {
        encode(text, addingSpecial: addingSpecial) { _ in parsingSpecial }
    }

    /// The token ids of a rendered chat, in which only the template can write control tokens.
    ///
    /// The ids are those of `encode` with `parsingSpecial` on the whole text, unless a message
    /// holds the spelling of a control token: there it stays text.
    public func encode(_ segments: [RenderedSegment]) -> [Int] {
        var text = ""
        var untrusted: [Range<Int>] = []
        for segment in segments {
            let start = text.utf8.count
            text += segment.text
            if segment.origin == .context { untrusted.append(start..<text.utf8.count) }
        }
        return encode(text, addingSpecial: false) { range in
            var low = 0
            var high = untrusted.count
            while low < high {  // the first untrusted range that ends after the start of this one
                let middle = (low + high) / 2
                if untrusted[middle].upperBound > range.lowerBound {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            return low == untrusted.count || untrusted[low].lowerBound >= range.upperBound
        }
    }

    /// The text of token ids; ids of no token are skipped, and broken UTF-8 becomes U+FFFD.
    public func decode(_ ids: [Int], skippingSpecial: Bool = false) -> String {
        var bytes: [UInt8] = []
        for id in ids where !(skippingSpecial && isSpecial(id)) { bytes += tokenBytes(id) }
        return String(
            decoding: stripsFirstSpace && bytes.first == 0x20 ? bytes.dropFirst() : bytes[...],
            as: UTF8.self)
    }

    private func encode(
        _ text: String, addingSpecial: Bool, isTrusted: (Range<Int>) -> Bool
    ) -> [Int] {
        var output: [Int] = []
        if addingSpecial, addsBeginningOfSequence, let beginningOfSequence {
            output.append(beginningOfSequence)
        }
        var words = WordEncoder(merges, wholeWords: wholeWords)
        let (before, after): (Normalization, Normalization) =
            normalization.followsAddedTokens ? (.none, normalization) : (normalization, .none)
        var text = text
        text.withUTF8 { text in
            for piece in rawMatcher.pieces(of: text, isTrusted: isTrusted) {
                if let id = piece.id {
                    output.append(id)
                    continue
                }
                let raw = UnsafeBufferPointer(rebasing: text[piece.range])
                // Normalising moves offsets, so a piece is then trusted as a whole or not at all.
                let pieceIsTrusted = isTrusted(piece.range)
                let isFirst = piece.range.lowerBound == 0
                var normalized = before.apply(to: String(decoding: raw, as: UTF8.self))
                normalized.withUTF8 { normalized in
                    for piece in normalizedMatcher.pieces(
                        of: normalized, isTrusted: { _ in pieceIsTrusted })
                    {
                        if let id = piece.id {
                            output.append(id)
                            continue
                        }
                        let stretch = UnsafeBufferPointer(rebasing: normalized[piece.range])
                        func encode(_ stretch: UnsafeBufferPointer<UInt8>) {
                            preTokenizer.forEachWord(in: stretch) { word in
                                words.encode(
                                    UnsafeBufferPointer(rebasing: stretch[word]), into: &output)
                            }
                        }
                        if after == .none {
                            encode(stretch)
                        } else {
                            var spelled = after.apply(
                                to: String(decoding: stretch, as: UTF8.self),
                                isFirst: isFirst && piece.range.lowerBound == 0)
                            spelled.withUTF8(encode)
                        }
                    }
                }
            }
        }
        return output
    }
}
