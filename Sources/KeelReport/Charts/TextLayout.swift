/// How much room text takes before any font is known, and how it is broken and shortened.
///
/// Widths are those of a broad sans-serif at 12 pixels, so that a real font takes less.
enum TextLayout {
    static func width(_ text: String) -> Double {
        text.reduce(0) { $0 + width($1) }
    }

    /// The text in at most so many lines; the last one ends in an ellipsis if not all fits.
    static func lines(_ text: String, width limit: Double, atMost count: Int) -> [String] {
        var lines: [String] = []
        var rest = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
        while !rest.isEmpty, lines.count < count - 1 {
            var line = rest.removeFirst()
            if width(line) > limit {
                let head = prefix(of: line, width: limit)
                rest.insert(String(line.dropFirst(head.count)), at: rest.startIndex)
                line = head
            }
            while let next = rest.first, width(line + " " + next) <= limit {
                line += " " + next
                rest.removeFirst()
            }
            lines.append(line)
        }
        if !rest.isEmpty { lines.append(shortened(rest.joined(separator: " "), to: limit)) }
        return lines
    }

    /// The text itself, or as much of it as fits before an ellipsis.
    static func shortened(_ text: String, to limit: Double) -> String {
        width(text) <= limit ? text : prefix(of: text, width: limit - width("…")) + "…"
    }

    // At least one character, so that breaking always ends.
    private static func prefix(of text: String, width limit: Double) -> String {
        var result = ""
        var used = 0.0
        for character in text {
            used += width(character)
            if used > limit, !result.isEmpty { break }
            result.append(character)
        }
        return result
    }

    private static func width(_ character: Character) -> Double {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar {
        case "i", "j", "l", "I", "f", "t", "r", ".", ",", ":", ";", "'", "|", " ", "(", ")", "-":
            return 4.8
        case "m", "w", "M", "W", "%", "@", "…", "—": return 11.5
        case "A"..."Z": return 8.8
        case _ where scalar.value < 0x1100: return 7.5
        default: return 14
        }
    }
}
