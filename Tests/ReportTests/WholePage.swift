import Foundation

/// A page as one sees it with everything opened: its deferred parts are read and put in place.
struct WholePage {
    let html: String

    init(_ page: String) throws {
        let opening = "<script type=\"application/json\" id=\"parts\">"
        guard let start = page.range(of: opening),
            let end = page[start.upperBound...].range(of: "</script>")
        else { throw Broken("The page has no parts.") }
        struct Parts: Decodable {
            var words: [String]
            var texts: [String]
        }
        let parts = try JSONDecoder().decode(
            Parts.self, from: Data(page[start.upperBound..<end.lowerBound].utf8))
        var table: [Unicode.Scalar: String] = [:]
        var code: UInt32 = 0x1F
        for word in parts.words {
            repeat {
                code = code == 0x7D ? 0xA1 : code == 0x1FFF ? 0x2070 : code + 1
            } while [0x22, 0x3C, 0x5C].contains(code)
            if let scalar = Unicode.Scalar(code) { table[scalar] = word }
        }
        let texts = parts.texts.map { text in
            text.unicodeScalars.split(separator: "~", omittingEmptySubsequences: false).enumerated()
                .map {
                    $0 % 2 == 1 ? String($1) : $1.map { table[$0] ?? "" }.joined()
                }.joined()
        }
        html = try Self.filled(String(page[..<start.lowerBound]), texts)
    }

    private static func filled(_ html: String, _ texts: [String]) throws -> String {
        let mark = " data-part=\""
        let pieces = html.components(separatedBy: mark)
        return try pieces.dropFirst().reduce(pieces[0]) { whole, piece in
            guard let quote = piece.firstIndex(of: "\""), let number = Int(piece[..<quote]),
                texts.indices.contains(number)
            else { throw Broken("There is no such part.") }
            return try whole + ">" + filled(texts[number], texts)
                + piece[quote...].dropFirst(2)
        }
    }

    /// What stands between the first place of `start` and the next of `end`.
    func between(_ start: String, _ end: String) -> String {
        guard let first = html.range(of: start),
            let last = html[first.upperBound...].range(of: end)
        else { return "" }
        return String(html[first.lowerBound..<last.upperBound])
    }

    /// The section of this anchor.
    func section(_ anchor: String) -> String {
        between("<section aria-labelledby=\"\(anchor)\">", "</section>")
    }

    /// Details of this anchor, to their own end.
    func details(_ anchor: String) -> String {
        guard let start = html.range(of: "<details id=\"\(anchor)\">") else { return "" }
        var depth = 0
        for match in html[start.lowerBound...].matches(of: #/<(/?)details\b/#) {
            depth += match.output.1.isEmpty ? 1 : -1
            if depth == 0 { return String(html[start.lowerBound..<match.range.lowerBound]) }
        }
        return ""
    }

    struct Broken: Error {
        var reason: String

        init(_ reason: String) { self.reason = reason }
    }
}

extension String {
    /// Markup as text: tags dropped, references read.
    var withoutTags: String {
        replacing(#/<[^>]*>/#, with: "").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&amp;", with: "&")
    }
}
