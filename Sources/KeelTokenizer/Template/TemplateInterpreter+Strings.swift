extension TemplateInterpreter {
    /// What Python's `str` gives.
    func string(of value: RuntimeValue) throws(TemplateFault) -> TemplateText {
        switch value {
        case .undefined: return ""
        case .text(let text): return text
        default:
            var text = TemplateText("")
            try represent(value, into: &text)
            return text
        }
    }

    /// Appends what Python's `repr` gives.
    private func represent(
        _ value: RuntimeValue, into text: inout TemplateText
    ) throws(TemplateFault) {
        try spend()
        switch value {
        case .undefined: append("Undefined", to: &text)
        case .none: append("None", to: &text)
        case .bool(let value): append(value ? "True" : "False", to: &text)
        case .int(let value): append("\(value)", to: &text)
        case .double(let value): append("\(value)", to: &text)
        case .text(let value): try quote(value, into: &text)
        case .list(let list):
            append("[", to: &text)
            for (index, element) in list.elements.enumerated() {
                if index > 0 { append(", ", to: &text) }
                try represent(element, into: &text)
            }
            append("]", to: &text)
        case .mapping(let mapping):
            append("{", to: &text)
            for (index, key) in mapping.keys.enumerated() {
                if index > 0 { append(", ", to: &text) }
                try quote(key, into: &text)
                append(": ", to: &text)
                try represent(mapping.values[index], into: &text)
            }
            append("}", to: &text)
        case .loop, .namespace, .function, .macro:
            throw TemplateFault(.unsupported, "\(value.typeName) cannot be printed")
        }
    }

    func append(_ string: String, to text: inout TemplateText) {
        text.characters += string.unicodeScalars.map { TemplateCharacter($0) }
    }

    private func quote(
        _ value: TemplateText, into text: inout TemplateText
    ) throws(TemplateFault) {
        try pay(length: value.count)
        try check(length: text.count + value.count)
        let hasSingle = value.characters.contains { $0.scalar == "'" }
        let hasDouble = value.characters.contains { $0.scalar == "\"" }
        let quote: Unicode.Scalar = hasSingle && !hasDouble ? "\"" : "'"
        append(String(quote), to: &text)
        text.characters +=
            value.mapped { scalar, _ in
                switch scalar {
                case quote, "\\": return "\\\(scalar)"
                case "\n": return "\\n"
                case "\r": return "\\r"
                case "\t": return "\\t"
                default: return Self.isPrintable(scalar) ? String(scalar) : Self.escape(scalar)
                }
            }.characters
        append(String(quote), to: &text)
    }

    /// What Python's `str.isprintable` says.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (letter, width) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
    }
}
