extension String {
    /// The text as the content of an HTML or XML element, or of a quoted attribute.
    ///
    /// Characters that XML forbids become visible: a control character its picture (`␀`), any other
    /// the replacement character.
    package var escapedForMarkup: String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\r": result += "&#13;"
            default: result.unicodeScalars.append(scalar.visible)
            }
        }
        return result
    }

    /// The text as a JSON string, quotes included, that may stand inside an HTML `script` element.
    ///
    /// No `</` and no `<!` survives, so the text can neither end the element nor hide its end, and
    /// no raw line separator, which older scripts do not accept in a string.
    package var escapedForScript: String {
        var result = "\""
        result.reserveCapacity(utf8.count + 2)
        var afterLess = false
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "/" where afterLess: result += "\\/"
            case "!" where afterLess: result += "\\u0021"
            case "\0"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
            afterLess = scalar == "<"
        }
        return result + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var visible: Unicode.Scalar {
        switch self {
        case "\t", "\n": self
        case "\0"..."\u{1F}": Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case "\u{7F}": "\u{2421}"
        case "\u{80}"..."\u{9F}": "\u{FFFD}"
        default: value & 0xFFFE == 0xFFFE ? "\u{FFFD}" : self
        }
    }
}
