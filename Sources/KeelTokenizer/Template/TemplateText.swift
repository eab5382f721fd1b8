/// A scalar of template text that remembers whether the template or its context wrote it.
struct TemplateCharacter: Hashable, Sendable {
    private static let contextBit: UInt32 = 1 << 31
    private let bits: UInt32

    init(_ scalar: Unicode.Scalar, isFromContext: Bool = false) {
        bits = scalar.value | (isFromContext ? Self.contextBit : 0)
    }

    var scalar: Unicode.Scalar { Unicode.Scalar(bits & ~Self.contextBit) ?? "\u{FFFD}" }

    var isFromContext: Bool { bits & Self.contextBit != 0 }

    /// What Python's `str.isspace` calls white space.
    var isSpace: Bool { scalar.properties.isWhitespace || 0x1C...0x1F ~= scalar.value }

    static func == (left: Self, right: Self) -> Bool {
        (left.bits ^ right.bits) & ~contextBit == 0
    }

    func hash(into hasher: inout Hasher) { hasher.combine(bits & ~Self.contextBit) }
}

/// A string of the template language: scalars, as in Python, each with its origin.
///
/// Cutting, joining and replacing keep the origins, so that the output tells literal template
/// text from message contents. Origins do not count in comparisons.
struct TemplateText: Hashable, Sendable, ExpressibleByStringLiteral {
    var characters: [TemplateCharacter]

    init(_ characters: some Sequence<TemplateCharacter>) { self.characters = Array(characters) }

    init(_ string: String, isFromContext: Bool = false) {
        characters = string.unicodeScalars.map {
            TemplateCharacter($0, isFromContext: isFromContext)
        }
    }

    init(stringLiteral value: String) { self.init(value) }

    var count: Int { characters.count }

    var string: String { Self.string(characters[...]) }

    /// The stretches of one origin, in order.
    var segments: [RenderedSegment] {
        characters.chunked { $0.isFromContext == $1.isFromContext }.map { chunk in
            RenderedSegment(
                text: Self.string(chunk),
                origin: chunk.first?.isFromContext == true ? .context : .template)
        }
    }

    private static func string(_ characters: ArraySlice<TemplateCharacter>) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: characters.lazy.map(\.scalar))
        return String(scalars)
    }

    /// The text without the characters of a set, or white space, at its ends.
    func stripped(_ set: TemplateText?, left: Bool = true, right: Bool = true) -> TemplateText {
        let set = set.map { Set($0.characters) }
        func isStripped(_ character: TemplateCharacter) -> Bool {
            set?.contains(character) ?? character.isSpace
        }
        var slice = characters[...]
        if left { slice = slice.drop(while: isStripped) }
        while right, let last = slice.last, isStripped(last) { slice.removeLast() }
        return TemplateText(slice)
    }

    /// Where `needle` occurs without overlaps, by Knuth, Morris and Pratt: linear in both lengths.
    func ranges(of needle: TemplateText, limit: Int = .max) -> [Range<Int>] {
        let pattern = needle.characters
        guard !pattern.isEmpty, limit > 0 else { return [] }
        var borders = [0]
        var length = 0
        for character in pattern.dropFirst() {
            while length > 0, pattern[length] != character { length = borders[length - 1] }
            if pattern[length] == character { length += 1 }
            borders.append(length)
        }
        var ranges: [Range<Int>] = []
        length = 0
        for (index, character) in characters.enumerated() {
            while length > 0, pattern[length] != character { length = borders[length - 1] }
            if pattern[length] == character { length += 1 }
            guard length == pattern.count else { continue }
            ranges.append(index + 1 - length..<index + 1)
            if ranges.count == limit { break }
            length = 0
        }
        return ranges
    }

    /// The parts between separators; nil separates at runs of white space.
    func split(_ separator: TemplateText?, limit: Int) -> [TemplateText] {
        guard let separator else {
            var parts: [TemplateText] = []
            var rest = characters.drop(while: \.isSpace)
            while !rest.isEmpty {
                if parts.count == limit { return parts + [TemplateText(rest)] }
                let part = rest.prefix { !$0.isSpace }
                parts.append(TemplateText(part))
                rest = rest.dropFirst(part.count).drop(while: \.isSpace)
            }
            return parts
        }
        var parts: [TemplateText] = []
        var start = 0
        for range in ranges(of: separator, limit: limit) {
            parts.append(TemplateText(characters[start..<range.lowerBound]))
            start = range.upperBound
        }
        return parts + [TemplateText(characters[start...])]
    }

    /// Python's order of strings, by scalars.
    func precedes(_ other: TemplateText) -> Bool {
        characters.lexicographicallyPrecedes(other.characters) { $0.scalar < $1.scalar }
    }

    /// The text with each scalar mapped, each result keeping its origin.
    func mapped(_ transform: (Unicode.Scalar, Int) -> String) -> TemplateText {
        var result: [TemplateCharacter] = []
        result.reserveCapacity(count)
        for (index, character) in characters.enumerated() {
            for scalar in transform(character.scalar, index).unicodeScalars {
                result.append(TemplateCharacter(scalar, isFromContext: character.isFromContext))
            }
        }
        return TemplateText(result)
    }
}

extension Collection {
    /// The longest runs whose neighbours belong together.
    fileprivate func chunked(by belongs: (Element, Element) -> Bool) -> [SubSequence] {
        var chunks: [SubSequence] = []
        var start = startIndex
        while start != endIndex {
            var last = start
            var end = index(after: start)
            while end != endIndex, belongs(self[last], self[end]) {
                last = end
                formIndex(after: &end)
            }
            chunks.append(self[start..<end])
            start = end
        }
        return chunks
    }
}
