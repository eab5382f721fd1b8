/// A system prompt as its sentences, so that one can be left out at a time.
///
/// A sentence ends with `.`, `!` or `?` before white space, unless a small letter or an
/// abbreviation says that it goes on. A line ends a sentence, too: items of lists and headings are
/// sentences of their own.
public struct SystemPrompt: Hashable, Sendable {
    /// As it was given.
    public let text: String
    /// In order, without white space around them.
    public let sentences: [String]
    private let lines: [Line]

    private struct Line: Hashable {
        var raw: Substring
        var sentences: [Substring]
    }

    public init(_ text: String) {
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Line(raw: $0, sentences: Self.sentences(of: $0)) }
        sentences = lines.flatMap { $0.sentences.map(String.init) }
    }

    /// A digest of the text.
    public var fingerprint: String { Digest.hexadecimal(of: text) }

    /// The prompt without one sentence; a line of which nothing is left goes, too.
    /// - Parameter index: A position in `sentences`.
    /// - Returns: The rest, all other lines as they were.
    public func without(_ index: Int) -> String {
        var first = 0
        var kept: [String] = []
        for line in lines {
            defer { first += line.sentences.count }
            guard (first..<first + line.sentences.count).contains(index) else {
                kept.append(String(line.raw))
                continue
            }
            var others = line.sentences
            others.remove(at: index - first)
            if !others.isEmpty {
                kept.append(line.raw.prefix(while: \.isWhitespace) + others.joined(separator: " "))
            }
        }
        return kept.joined(separator: "\n").trimmed
    }

    private static func sentences(of line: Substring) -> [Substring] {
        var sentences: [Substring] = []
        var start = line.startIndex
        for end in line.matches(of: /[.!?…]+["”’)\]*_]*(?=\s)/).map(\.range.upperBound) {
            let next = line[end...].first { !$0.isWhitespace }
            guard next?.isLowercase == false, !endsInAbbreviation(line[start..<end]) else {
                continue
            }
            sentences.append(line[start..<end].trimmed)
            start = end
        }
        sentences.append(line[start...].trimmed)
        return sentences.filter { !$0.isEmpty }
    }

    private static func endsInAbbreviation(_ text: Substring) -> Bool {
        let word = text.split(whereSeparator: \.isWhitespace).last?.lowercased() ?? ""
        // "1." begins an item of a list, and its text belongs to it.
        return abbreviations.contains(word)
            || word.wholeMatch(of: /\d+\./) != nil && text.trimmed.count == word.count
    }

    private static let abbreviations: Set<String> = [
        "e.g.", "i.e.", "cf.", "dr.", "mr.", "mrs.", "ms.", "st.", "vs.", "prof.", "approx.",
    ]
}

extension Substring {
    /// Without white space at both ends.
    fileprivate var trimmed: Substring {
        var rest = self
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return rest
    }
}
