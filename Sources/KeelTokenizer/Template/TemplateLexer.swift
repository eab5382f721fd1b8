/// A piece of a template.
struct TemplateToken {
    enum Kind: Equatable {
        case text(String)
        /// `{{` or `{%`.
        case begin(String)
        /// `}}` or `%}`.
        case end(String)
        case name(String)
        case string(String)
        case int(Int)
        case double(Double)
        case symbol(String)
        case endOfTemplate
    }

    let kind: Kind
    let offset: Int
}

/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` on, as for chat templates.
struct TemplateLexer {
    private static let symbols = [
        "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")",
        "[", "]", "{", "}", ",", ":", ".", "|",
    ].map { Array($0.unicodeScalars) }

    /// The template with newlines unified and without the last one.
    let source: [Unicode.Scalar]
    private var position = 0
    private var isAtLineStart = true
    private var tokens: [TemplateToken] = []

    init(_ template: String) {
        var source: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in template.unicodeScalars {
            if scalar == "\r" || (scalar == "\n" && previous != "\r") {
                source.append("\n")
            } else if scalar != "\n" {
                source.append(scalar)
            }
            previous = scalar
        }
        if source.last == "\n" { source.removeLast() }
        self.source = source
    }

    mutating func tokenize() throws(TemplateError) -> [TemplateToken] {
        while position < source.count {
            let start = position
            while position < source.count, !isTagStart { position += 1 }
            guard position < source.count else {
                append(text: source[start...], at: start)
                break
            }
            let tag = source[position + 1]
            let sign = peek(2)
            append(text: strip(source[start..<position], before: tag, sign: sign), at: start)
            let opening = position
            position += sign == "-" || sign == "+" ? 3 : 2
            switch tag {
            case "#": try skipComment(from: opening)
            case "{": try tokenize(tag: "{{", until: "}}", from: opening)
            default: try tokenize(tag: "{%", until: "%}", from: opening)
            }
        }
        tokens.append(TemplateToken(kind: .endOfTemplate, offset: source.count))
        return tokens
    }

    private func peek(_ distance: Int) -> Unicode.Scalar? {
        position + distance < source.count ? source[position + distance] : nil
    }

    private var isTagStart: Bool {
        guard source[position] == "{", let next = peek(1) else { return false }
        return next == "{" || next == "%" || next == "#"
    }

    private func matches(_ text: String) -> Bool {
        source[position...].starts(with: text.unicodeScalars)
    }

    private func fault(_ message: String, at offset: Int) -> TemplateError {
        TemplateFault(.syntax, message).at(offset, in: source)
    }

    private mutating func append(text: ArraySlice<Unicode.Scalar>, at offset: Int) {
        guard !text.isEmpty else { return }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text)
        tokens.append(TemplateToken(kind: .text(String(scalars)), offset: offset))
    }

    private func strip(
        _ text: ArraySlice<Unicode.Scalar>, before tag: Unicode.Scalar, sign: Unicode.Scalar?
    ) -> ArraySlice<Unicode.Scalar> {
        if sign == "-" {
            let last = text.lastIndex { !Self.isSpace($0) }
            return text[..<(last.map { $0 + 1 } ?? text.startIndex)]
        }
        guard sign != "+", tag != "{" else { return text }
        let newline = text.lastIndex(of: "\n")
        guard newline != nil || isAtLineStart else { return text }
        let line = text[(newline.map { $0 + 1 } ?? text.startIndex)...]
        return line.allSatisfy(Self.isSpace) ? text[..<line.startIndex] : text
    }

    private mutating func skipComment(from opening: Int) throws(TemplateError) {
        while position < source.count, !matches("#}") { position += 1 }
        guard position < source.count else { throw fault("this comment has no end", at: opening) }
        let sign = source[position - 1]
        position += 2
        trim(after: "%}", sign: sign)
    }

    /// Skips what the end of a tag swallows.
    private mutating func trim(after end: String, sign: Unicode.Scalar?) {
        if sign == "-" {
            while let next = peek(0), Self.isSpace(next) { position += 1 }
        } else if sign != "+", end == "%}", peek(0) == "\n" {
            position += 1
        }
        isAtLineStart = source[position - 1] == "\n"
    }

    private mutating func tokenize(
        tag: String, until end: String, from opening: Int
    ) throws(TemplateError) {
        tokens.append(TemplateToken(kind: .begin(tag), offset: opening))
        var brackets: [Unicode.Scalar] = []
        while let next = peek(0) {
            if Self.isSpace(next) {
                position += 1
                continue
            }
            let start = position
            if brackets.isEmpty {
                let sign = next == "-" || (next == "+" && end == "%}") ? next : nil
                if source[(position + (sign == nil ? 0 : 1))...].starts(with: end.unicodeScalars) {
                    position += sign == nil ? 2 : 3
                    tokens.append(TemplateToken(kind: .end(end), offset: start))
                    trim(after: end, sign: sign)
                    return
                }
            }
            let kind: TemplateToken.Kind
            if next == "_" || (next.isASCII && next.properties.isAlphabetic) {
                kind = name()
            } else if "0"..."9" ~= next {
                kind = try number()
            } else if next == "'" || next == "\"" {
                kind = .string(try string(quote: next))
            } else if let symbol = Self.symbols.first(where: { source[start...].starts(with: $0) })
            {
                position += symbol.count
                try balance(next, &brackets)
                kind = .symbol(String(String.UnicodeScalarView(symbol)))
            } else {
                throw fault("unexpected character \(String(next).debugDescription)", at: start)
            }
            tokens.append(TemplateToken(kind: kind, offset: start))
        }
        throw fault("this \(tag) has no \(end)", at: opening)
    }

    private func balance(
        _ symbol: Unicode.Scalar, _ brackets: inout [Unicode.Scalar]
    ) throws(TemplateError) {
        switch symbol {
        case "(": brackets.append(")")
        case "[": brackets.append("]")
        case "{": brackets.append("}")
        case ")", "]", "}":
            guard brackets.popLast() == symbol else {
                throw fault("unexpected \(String(symbol).debugDescription)", at: position - 1)
            }
        default: break
        }
    }

    private mutating func name() -> TemplateToken.Kind {
        let start = position
        while let next = peek(0), next.isASCII,
            next == "_" || next.properties.isAlphabetic || "0"..."9" ~= next
        {
            position += 1
        }
        return .name(String(String.UnicodeScalarView(source[start..<position])))
    }

    private mutating func number() throws(TemplateError) -> TemplateToken.Kind {
        let start = position
        var isDouble = false
        func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { "0"..."9" ~= $0 } ?? false }
        while isDigit(peek(0)) || (peek(0) == "_" && isDigit(peek(1))) { position += 1 }
        if peek(0) == ".", isDigit(peek(1)) {
            isDouble = true
            position += 1
            while isDigit(peek(0)) { position += 1 }
        }
        if peek(0) == "e" || peek(0) == "E" {
            let sign = peek(1) == "-" || peek(1) == "+" ? 1 : 0
            if isDigit(peek(1 + sign)) {
                isDouble = true
                position += 1 + sign
                while isDigit(peek(0)) { position += 1 }
            }
        }
        let text = String(String.UnicodeScalarView(source[start..<position].filter { $0 != "_" }))
        if isDouble, let value = Double(text) { return .double(value) }
        guard let value = Int(text) else {
            throw TemplateFault(.overflow, "the number \(text) does not fit in 64 bits")
                .at(start, in: source)
        }
        return .int(value)
    }

    private mutating func string(quote: Unicode.Scalar) throws(TemplateError) -> String {
        let opening = position
        position += 1
        var text = String.UnicodeScalarView()
        while let next = peek(0) {
            position += 1
            if next == quote { return String(text) }
            if next == "\\" {
                try escape(into: &text, from: opening)
            } else {
                text.append(next)
            }
        }
        throw fault("this string has no end", at: opening)
    }

    /// The escapes of Python's string literals, except names and octal numbers.
    private mutating func escape(
        into text: inout String.UnicodeScalarView, from opening: Int
    ) throws(TemplateError) {
        guard let next = peek(0) else { throw fault("this string has no end", at: opening) }
        position += 1
        switch next {
        case "n": text.append("\n")
        case "t": text.append("\t")
        case "r": text.append("\r")
        case "\\", "'", "\"": text.append(next)
        case "\n": break
        case "a": text.append("\u{7}")
        case "b": text.append("\u{8}")
        case "f": text.append("\u{C}")
        case "v": text.append("\u{B}")
        case "x", "u", "U":
            let count = next == "x" ? 2 : next == "u" ? 4 : 8
            let digits = source[position...].prefix(count)
            let isHexadecimal = digits.allSatisfy { $0.isASCII && $0.properties.isHexDigit }
            guard digits.count == count, isHexadecimal,
                let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw fault("an escape of no character", at: position - 2) }
            position += count
            text.append(scalar)
        case "N", "0"..."7":
            throw TemplateFault(.unsupported, "the escape \\\(next)").at(position - 2, in: source)
        default:
            text.append("\\")
            text.append(next)
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        TemplateCharacter(scalar).isSpace
    }
}
