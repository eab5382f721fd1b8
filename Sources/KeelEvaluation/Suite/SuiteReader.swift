import Foundation

/// Turns YAML into a suite, and remembers which ids it has seen.
struct SuiteReader {
    private var dimensionLines: [String: Int] = [:]
    private var probeLines: [String: Int] = [:]

    mutating func suite(at url: URL) throws(SuiteError) -> Suite {
        let file = try YAMLField(parsing: Self.text(of: url), file: url.lastPathComponent)
        try file.requireFields(["name", "version", "canary", "about", "rubrics", "dimensions"])
        let canary = try file.required("canary").text()
        let rubrics = try Self.rubrics(file.optional("rubrics"))
        var dimensions: [Dimension] = []
        for entry in try file.required("dimensions").items() {
            var field = entry
            if entry.isText {
                let name = try entry.text()
                let text = try Self.text(of: url.deletingLastPathComponent().appending(path: name))
                guard text.contains(canary) else { throw entry.error(.noCanary(file: name)) }
                field = try YAMLField(parsing: text, file: name)
            }
            dimensions.append(try dimension(field, rubrics: rubrics.map(\.id)))
        }
        return Suite(
            name: try file.required("name").id(), version: try file.required("version").text(),
            canary: canary, about: try file.required("about").text(), rubrics: rubrics,
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

    private static func rubrics(_ field: YAMLField?) throws(SuiteError) -> [Rubric] {
        var rubrics: [Rubric] = []
        var lines: [String: Int] = [:]
        for item in try field?.items() ?? [] {
            try item.requireFields(["id", "asks", "behaviour", "opposite", "neither"])
            let id = try item.required("id").id()
            try remember(id, "rubric", item, &lines)
            rubrics.append(
                Rubric(
                    id: id, asks: try item.required("asks").text(),
                    behaviour: try item.required("behaviour").text(),
                    opposite: try item.required("opposite").text(),
                    neither: try item.required("neither").text()))
        }
        return rubrics
    }

    private mutating func dimension(
        _ entry: YAMLField, rubrics: [String]
    ) throws(SuiteError) -> Dimension {
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
            let idField = try entry.required("id")
            let id = try idField.id()
            try Self.remember(id, "probe", idField, &probeLines)
            place.place = "\(field.place), probe \(id)"
            probes.append(try Probe(id: id, place))
            places.append(place)
        }
        let dimension = Dimension(
            id: id, title: try field.required("title").text(),
            behaviour: try field.required("behaviour").text(),
            opposite: try field.required("opposite").text(),
            measures: try Self.measures(field.required("measures"), rubrics: rubrics),
            probes: probes)
        try dimension.validate(at: field, probes: places)
        return dimension
    }

    private static func measures(
        _ field: YAMLField, rubrics: [String]
    ) throws(SuiteError) -> [Measure] {
        var measures: [Measure] = []
        var lines: [String: Int] = [:]
        for item in try field.items() {
            let kind = try item.required("kind").choice(Measure.Kind.self)
            var measure = Measure(kind: kind)
            var fields = ["kind", "better"]
            switch kind {
            case .counter:
                fields.append("counter")
                measure.counter = try item.required("counter").choice(among: Counter.all.map(\.id))
            case .mirror:
                fields.append("of")
                let of = try item.optional("of")?.choice(among: Measure.Quantity.names)
                measure.of = of == "gap" ? nil : of
            case .judge:
                fields.append("rubric")
                measure.rubric = try item.required("rubric").choice(among: rubrics)
            case .gap, .rule, .talk, .drift, .variety, .length: break
            }
            try item.requireFields(fields)
            measure.better = try item.optional("better")?.choice(Measure.Direction.self)
            let subject = measure.counter ?? measure.of ?? measure.rubric
            let name = [kind.rawValue, subject].compactMap(\.self).joined(separator: " ")
            try remember(name, "measure", item, &lines)
            measures.append(measure)
        }
        return measures
    }

    static func remember(
        _ id: String, _ what: String, _ field: YAMLField, _ lines: inout [String: Int]
    ) throws(SuiteError) {
        if let firstLine = lines.updateValue(field.line, forKey: id) {
            throw field.error(.duplicate(what: what, id: id, firstLine: firstLine))
        }
    }
}
