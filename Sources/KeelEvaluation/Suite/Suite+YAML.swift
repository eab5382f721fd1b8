public import Foundation
import KeelLanguage

extension Suite {
    /// The suite of this name that ships with Keel, such as `character`.
    /// - Throws: `SuiteError`; for another name, one that lists the names there are.
    public static func shipped(_ name: String) throws(SuiteError) -> Suite {
        guard let url = url(ofShipped: name) else {
            throw SuiteError(
                file: name, line: 0, place: "", defect: .notShipped(known: shippedNames))
        }
        return try Suite(contentsOf: url)
    }

    /// The names of the suites that ship with Keel.
    public static var shippedNames: [String] {
        let folder = Bundle.module.url(forResource: "Suites", withExtension: nil)
        let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }
        return (names ?? []).filter { url(ofShipped: $0) != nil }.sorted()
    }

    private static func url(ofShipped name: String) -> URL? {
        Bundle.module.url(
            forResource: "suite", withExtension: "yaml", subdirectory: "Suites/\(name)")
    }

    /// Reads a suite from a YAML file.
    ///
    /// An entry of `dimensions` is a dimension, or the name of a file beside this one that holds
    /// one; such a file carries the canary too, in a comment. Unknown fields are refused, since a
    /// misspelt field would silently measure nothing.
    /// - Throws: `SuiteError`, with file, line, dimension, probe and field.
    public init(contentsOf url: URL) throws(SuiteError) {
        var reader = SuiteReader()
        self = try reader.suite(at: url)
    }
}

/// Turns YAML into a suite, and remembers which ids it has seen.
private struct SuiteReader {
    private var dimensionLines: [String: Int] = [:]
    private var probeLines: [String: Int] = [:]

    mutating func suite(at url: URL) throws(SuiteError) -> Suite {
        let file = try YAMLField(parsing: Self.text(of: url), file: url.lastPathComponent)
        try file.requireFields(["name", "version", "canary", "about", "dimensions"])
        let canary = try file.required("canary").text()
        var dimensions: [Dimension] = []
        for entry in try file.required("dimensions").items() {
            guard entry.isText else {
                dimensions.append(try dimension(entry))
                continue
            }
            let name = try entry.text()
            let text = try Self.text(
                of: url.deletingLastPathComponent().appending(path: name))
            guard text.contains(canary) else {
                throw entry.error(.noCanary(file: name))
            }
            dimensions.append(try dimension(YAMLField(parsing: text, file: name)))
        }
        return Suite(
            name: try file.required("name").id(), version: try file.required("version").text(),
            canary: canary, about: try file.required("about").text(),
            dimensions: dimensions)
    }

    private static func text(of url: URL) throws(SuiteError) -> String {
        do {
            return try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw SuiteError(
                file: url.path, line: 0, place: "",
                defect: .unreadable(reason: error.localizedDescription))
        }
    }

    private mutating func dimension(_ entry: YAMLField) throws(SuiteError) -> Dimension {
        var field = entry
        try field.requireFields(["id", "title", "behaviour", "opposite", "measures", "probes"])
        let idField = try field.required("id")
        let id = try idField.id()
        try Self.remember(id, "dimension", idField, &dimensionLines)
        field.place = "dimension \(id)"
        var probes: [Probe] = []
        var places: [YAMLField] = []
        for entry in try field.required("probes").items() {
            var place = entry
            probes.append(try probe(&place))
            places.append(place)
        }
        let dimension = Dimension(
            id: id, title: try field.required("title").text(),
            behaviour: try field.required("behaviour").text(),
            opposite: try field.required("opposite").text(),
            measures: try Self.measures(field.required("measures")), probes: probes)
        try dimension.validate(at: field, probes: places)
        return dimension
    }

    private static func measures(_ field: YAMLField) throws(SuiteError) -> [Measure] {
        var measures: [Measure] = []
        var lines: [String: Int] = [:]
        for item in try field.items() {
            let kind = try item.required("kind").choice(Measure.Kind.self)
            try item.requireFields(["kind", "better"] + (kind == .counter ? ["counter"] : []))
            var measure = Measure(kind: kind)
            if kind == .counter {
                let name = try item.required("counter")
                let id = try name.text()
                guard Counter.named(id) != nil else {
                    throw name.error(
                        .notAChoice(field: "counter", value: id, choices: Counter.all.map(\.id)))
                }
                measure.counter = id
            }
            if let better = item.optional("better") {
                measure.better = try better.choice(Measure.Direction.self)
            }
            try remember(measure.counter ?? kind.rawValue, "measure", item, &lines)
            measures.append(measure)
        }
        return measures
    }

    private mutating func probe(_ field: inout YAMLField) throws(SuiteError) -> Probe {
        try field.requireFields([
            "id", "cluster", "system", "ask", "messages", "good", "bad", "behaviour", "opposite",
            "mirrors",
        ])
        let idField = try field.required("id")
        let id = try idField.id()
        try Self.remember(id, "probe", idField, &probeLines)
        field.place += ", probe \(id)"
        return Probe(
            id: id, cluster: try field.required("cluster").id(),
            system: try field.optional("system")?.text(), messages: try Self.messages(field),
            good: try Self.texts(field, "good"), bad: try Self.texts(field, "bad"),
            behaviour: try Self.phrases(field, "behaviour"),
            opposite: try Self.phrases(field, "opposite"),
            mirrors: try field.optional("mirrors")?.id())
    }

    private static func messages(_ probe: YAMLField) throws(SuiteError) -> [Message] {
        let ask = probe.optional("ask")
        guard let list = probe.optional("messages") else {
            guard let ask else { throw probe.error(.missing(field: "ask")) }
            return [.user(try ask.text())]
        }
        if let ask { throw ask.error(.oneOf(first: "ask", second: "messages")) }
        enum Speaker: String, CaseIterable { case user, assistant }
        var messages: [Message] = []
        for item in try list.items() {
            let (key, value) = try item.pair()
            guard let speaker = Speaker(rawValue: key) else {
                throw item.error(
                    .unknownField(key, known: Speaker.allCases.map(\.rawValue)))
            }
            messages.append(
                Message(role: speaker == .user ? .user : .assistant, content: try value.text()))
        }
        if let last = messages.last, last.role != .user {
            throw list.error(.lastTurn(role: last.role.rawValue))
        }
        return messages
    }

    private static func texts(_ probe: YAMLField, _ name: String) throws(SuiteError) -> [String] {
        var texts: [String] = []
        for item in try probe.optional(name)?.items() ?? [] { texts.append(try item.text()) }
        return texts
    }

    private static func phrases(_ probe: YAMLField, _ name: String) throws(SuiteError) -> [Phrase] {
        var phrases: [Phrase] = []
        for item in try probe.optional(name)?.items() ?? [] {
            let text = try item.text()
            let phrase = Phrase(text)
            guard phrase.isUsable else {
                throw item.error(.badPhrase(field: name, phrase: text))
            }
            phrases.append(phrase)
        }
        return phrases
    }

    private static func remember(
        _ id: String, _ what: String, _ field: YAMLField, _ lines: inout [String: Int]
    ) throws(SuiteError) {
        if let firstLine = lines.updateValue(field.line, forKey: id) {
            throw field.error(.duplicate(what: what, id: id, firstLine: firstLine))
        }
    }
}
