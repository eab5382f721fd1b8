public import KeelFormats
import KeelLanguage

extension Suite {
    /// Writes the suite to one YAML file, which appears whole or not at all.
    ///
    /// Read again, the file gives an equal suite, provided that this one keeps the rules of suites
    /// and no text begins with a byte order mark, which the YAML reader takes off.
    /// - Throws: `FileError`; then an older file there is as it was.
    public func write(to path: String) throws(FileError) {
        let file = try AtomicFile(path: path)
        var draft = YAMLDraft()
        draft.line("# canary: \(canary.yaml) (evaluation data; keep out of training)")
        draft.field("name", name.yaml)
        draft.field("version", version.yaml)
        draft.field("canary", canary.yaml)
        draft.field("about", about.yaml)
        draft.list("rubrics", rubrics) { draft, rubric in draft.write(rubric) }
        draft.line("dimensions:")
        draft.indent += 2
        for dimension in dimensions {
            draft.item { draft in draft.writeHead(of: dimension) }
            draft.indent += 4
            for probe in dimension.probes {
                draft.item { draft in draft.write(probe) }
                try draft.flush(to: file)
            }
            draft.indent -= 4
        }
        try draft.flush(to: file)
        try file.commit()
    }
}

/// Lines of YAML, indented.
private struct YAMLDraft {
    var indent = 0
    private var text = ""
    /// Set where the next line begins an item of a list.
    private var beginsItem = false

    mutating func line(_ content: String) {
        let lead = beginsItem ? indent - 2 : indent
        text += String(repeating: " ", count: lead) + (beginsItem ? "- " : "") + content + "\n"
        beginsItem = false
    }

    /// A field whose value is YAML already; none where it is absent.
    mutating func field(_ name: String, _ value: String?) {
        if let value { line("\(name): \(value)") }
    }

    mutating func item(_ body: (inout YAMLDraft) -> Void) {
        beginsItem = true
        indent += 2
        body(&self)
        indent -= 2
    }

    /// A list with an item for each element; nothing where there is none.
    mutating func list<Element>(
        _ name: String, _ elements: [Element], _ body: (inout YAMLDraft, Element) -> Void
    ) {
        if elements.isEmpty { return }
        line("\(name):")
        indent += 2
        for element in elements { item { body(&$0, element) } }
        indent -= 2
    }

    mutating func flush(to file: borrowing AtomicFile) throws(FileError) {
        let bytes = Array(text.utf8)
        text = ""
        try bytes.span.bytes.withUnsafeBytes { bytes throws(FileError) in try file.write(bytes) }
    }

    mutating func write(_ rubric: Rubric) {
        field("id", rubric.id.yaml)
        field("asks", rubric.asks.yaml)
        field("behaviour", rubric.behaviour.yaml)
        field("opposite", rubric.opposite.yaml)
        field("neither", rubric.neither.yaml)
    }

    /// A dimension without the items of its probes.
    mutating func writeHead(of dimension: Dimension) {
        field("id", dimension.id.yaml)
        field("title", dimension.title.yaml)
        field("behaviour", dimension.behaviour.yaml)
        field("opposite", dimension.opposite.yaml)
        list("measures", dimension.measures) { draft, measure in
            let fields = [
                ("kind", measure.kind.rawValue), ("counter", measure.counter),
                ("of", measure.of), ("rubric", measure.rubric),
                ("better", measure.better?.rawValue),
            ]
            let texts = fields.compactMap { name, value in value.map { "\(name): \($0.yaml)" } }
            draft.line("{\(texts.joined(separator: ", "))}")
        }
        line("probes:")
    }

    mutating func write(_ probe: Probe) {
        field("id", probe.id.yaml)
        field("cluster", probe.cluster.yaml)
        field("mirrors", probe.mirrors?.yaml)
        field("system", probe.system?.yaml)
        if probe.messages.count == 1, let message = probe.messages.first, message.role == .user {
            field("ask", message.content.yaml)
        } else {
            list("messages", probe.messages) { draft, message in
                draft.field(message.role.rawValue, message.content.yaml)
            }
        }
        field("persona", probe.persona?.yaml)
        list("talk", probe.talk) { draft, state in draft.write(state) }
        field("good", probe.good.yaml)
        field("bad", probe.bad.yaml)
        field("behaviour", probe.behaviour.map(\.pattern).yaml)
        field("opposite", probe.opposite.map(\.pattern).yaml)
    }

    mutating func write(_ state: TalkState) {
        field("state", state.id.yaml)
        field("says", state.says?.yaml)
        field("wants", state.wants?.yaml)
        list("hears", state.hears) { draft, branch in
            draft.field("phrases", branch.phrases.map(\.pattern).yaml)
            draft.field("goes", branch.goes.yaml)
        }
        field("goes", state.goes?.yaml)
    }
}

extension [String] {
    /// A list on one line; nil where it is empty.
    fileprivate var yaml: String? {
        isEmpty ? nil : "[\(map(\.yaml).joined(separator: ", "))]"
    }
}

extension String {
    /// A letter, then letters, digits and hyphens.
    private var isPlain: Bool {
        func isLetter(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
        func isDigit(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return utf8.first.map(isLetter) == true
            && utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// A scalar of YAML 1.2: plain where it is a word, otherwise in double quotes.
    fileprivate var yaml: String {
        if isPlain { return self }
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            // What YAML does not let stand for itself, or folds as a line end.
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}",
                "\u{FFFE}", "\u{FFFF}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
