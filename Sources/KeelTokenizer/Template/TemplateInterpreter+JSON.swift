extension TemplateInterpreter {
    private struct Style {
        var isASCII = false
        var indent: Int?
        var itemSeparator: TemplateText = ", "
        var keySeparator: TemplateText = ": "
        var sortsKeys = false
    }

    /// What Python's `json.dumps` gives, by default without escapes for characters beyond ASCII.
    func json(_ value: RuntimeValue, _ given: [RuntimeValue?]) throws(TemplateFault) -> RuntimeValue
    {
        var style = Style()
        style.isASCII = given[0]?.isTrue ?? false
        if case .int(let indent)? = given[1] {
            try check(length: indent)
            style.indent = max(indent, 0)
            style.itemSeparator = ","
        }
        if case .list(let pair)? = given[2] {
            guard pair.elements.count == 2, case .text(let item) = pair.elements[0],
                case .text(let key) = pair.elements[1]
            else { throw TemplateFault(.value, "separators must be two strings") }
            (style.itemSeparator, style.keySeparator) = (item, key)
        }
        style.sortsKeys = given[3]?.isTrue ?? false
        var text = TemplateText("")
        try write(value, style, level: 0, into: &text)
        return .text(text)
    }

    private func write(
        _ value: RuntimeValue, _ style: Style, level: Int, into text: inout TemplateText
    ) throws(TemplateFault) {
        try spend()
        try check(length: text.count)
        switch value {
        case .none: append("null", to: &text)
        case .bool(let value): append(value ? "true" : "false", to: &text)
        case .int(let value): append("\(value)", to: &text)
        case .double(let value):
            append(
                value.isNaN
                    ? "NaN" : value.isFinite ? "\(value)" : value > 0 ? "Infinity" : "-Infinity",
                to: &text)
        case .text(let value): try quote(value, style, into: &text)
        case .list(let list):
            try write(list.elements.count, "[", "]", style, level, into: &text) {
                (index, text) throws(TemplateFault) in
                try write(list.elements[index], style, level: level + 1, into: &text)
            }
        case .mapping(let mapping):
            var order = Array(mapping.keys.indices)
            if style.sortsKeys { order.sort { mapping.keys[$0].precedes(mapping.keys[$1]) } }
            try write(order.count, "{", "}", style, level, into: &text) {
                (index, text) throws(TemplateFault) in
                try quote(mapping.keys[order[index]], style, into: &text)
                text.characters += style.keySeparator.characters
                try write(mapping.values[order[index]], style, level: level + 1, into: &text)
            }
        case .undefined(let name):
            throw TemplateFault(.undefined, "\(name) is undefined, so it has no JSON")
        case .loop, .namespace, .function, .macro:
            throw TemplateFault(.value, "\(value.typeName) has no JSON")
        }
    }

    private func write(
        _ count: Int, _ opening: String, _ closing: String, _ style: Style, _ level: Int,
        into text: inout TemplateText,
        _ element: (Int, inout TemplateText) throws(TemplateFault) -> Void
    ) throws(TemplateFault) {
        append(opening, to: &text)
        for index in 0..<count {
            if index > 0 { text.characters += style.itemSeparator.characters }
            try breakLine(style, level + 1, into: &text)
            try element(index, &text)
        }
        if count > 0 { try breakLine(style, level, into: &text) }
        append(closing, to: &text)
    }

    private func breakLine(
        _ style: Style, _ level: Int, into text: inout TemplateText
    ) throws(TemplateFault) {
        guard let indent = style.indent else { return }
        try pay(length: indent * level)
        append("\n" + String(repeating: " ", count: indent * level), to: &text)
    }

    private func quote(
        _ value: TemplateText, _ style: Style, into text: inout TemplateText
    ) throws(TemplateFault) {
        try pay(length: value.count)
        append("\"", to: &text)
        text.characters +=
            value.mapped { scalar, _ in
                switch scalar {
                case "\"", "\\": "\\\(scalar)"
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case "\u{8}": "\\b"
                case "\u{C}": "\\f"
                case "\u{0}"..."\u{1F}": Self.escape(UInt16(scalar.value))
                case "\u{7F}"... where style.isASCII: String(scalar).utf16.map(Self.escape).joined()
                default: String(scalar)
                }
            }.characters
        append("\"", to: &text)
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
