/// A judge's reply, read strictly: a quote, then a letter in the last line, and nothing else.
package struct JudgeReply<Choice: JudgeChoice> {
    package let choice: Choice
    package let quote: String

    /// Reads a reply; nil where it has another form.
    ///
    /// A text that was judged and is quoted in it can't add a verdict: then there are two, and the
    /// reply has none.
    /// - Parameters:
    ///   - text: What the judge said.
    ///   - order: What the letters stand for.
    package init?(_ text: String, order: [Choice]) {
        let lines = text.split(whereSeparator: \.isNewline).map { String($0).trimmed }
            .filter { !$0.isEmpty }
        guard let first = lines.first, let last = lines.last, lines.count > 1,
            first.hasPrefix("QUOTE:"), last.hasPrefix("VERDICT:"),
            lines.count(where: { $0.hasPrefix("QUOTE:") }) == 1,
            lines.count(where: { $0.hasPrefix("VERDICT:") }) == 1
        else { return nil }
        let letter = String(last.dropFirst("VERDICT:".count)).trimmed
        guard let index = JudgePrompt.letters.prefix(order.count).firstIndex(of: letter) else {
            return nil
        }
        choice = order[index]
        quote = ([String(first.dropFirst("QUOTE:".count)).trimmed] + lines.dropFirst().dropLast())
            .joined(separator: "\n")
    }
}

/// Words that somebody says stand in a text.
package struct Quotation {
    /// Fewer words say nothing, unless they are the whole text.
    static let fewestWords = 3

    let quote: String

    package init(quote: String) { self.quote = quote }

    /// Whether the words stand in the text, in a row.
    ///
    /// Case, white space, punctuation and the kinds of apostrophes and quotation marks do not count.
    package func stands(in text: String) -> Bool {
        let wanted = Words(quote).words.map(\.text)
        let there = Words(text).words.map(\.text)
        if wanted.isEmpty, there.isEmpty {
            return !quote.trimmed.isEmpty && quote.trimmed == text.trimmed
        }
        guard wanted.count >= Self.fewestWords || wanted.count == there.count,
            !wanted.isEmpty, wanted.count <= there.count
        else { return false }
        return (0...there.count - wanted.count).contains { start in
            there[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}
