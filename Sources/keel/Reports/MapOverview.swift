import KeelEvaluation
import KeelReport

/// All dimensions of a map at a glance.
struct MapOverview {
    var suite: Suite
    var map: CharacterMap
    var null: Comparison?

    func section() -> Page.Section {
        let rows = MeasureRow.all(suite, [map])
        let charts = Panel.allCases.compactMap { $0.plot(rows) }
        return Page.Section(
            "At a glance", anchor: "map",
            gapsFound + charts.map { .chart($0) }
                + [habits(rows)].compactMap(\.self).map { .table($0) })
    }

    /// Which gaps are told from zero, in words, and how far that carries.
    private var gapsFound: [Block] {
        let rows = suite.dimensions.compactMap { dimension in
            map.measurement(dimension.id, "gap")?.interval.map { (dimension, $0) }
        }
        guard !rows.isEmpty else { return [] }
        let above = rows.filter { $0.1.lowerBound > 0 }.map(\.0)
        let below = rows.filter { $0.1.upperBound < 0 }.map(\.0)
        let found = above.count + below.count
        var body = Prose([])
        for (words, dimensions) in [("Above zero: ", above), ("Below zero: ", below)]
        where !dimensions.isEmpty {
            body.inlines.append(.text(words))
            for (index, dimension) in dimensions.enumerated() {
                if index > 0 { body.inlines.append(.text("; ")) }
                body.inlines.append(.link(dimension.title, to: "#\(dimension.anchor)"))
            }
            body.inlines.append(.text(". "))
        }
        let rest = rows.count - found
        if rest > 0 {
            body.inlines.append(
                .text(
                    "The intervals of \(found == 0 ? "all" : "the other") \(rest) include zero: these probes do "
                        + "not tell which way the model leans."))
        }
        if let null {
            body.inlines += [
                .text(
                    " Under another seed, \(null.found.count) of \(null.changes.count) measures "),
                .link("seem to differ", to: "#null"), .text("."),
            ]
        }
        return [
            .callout(
                Callout(
                    .verdict,
                    title: "The intervals of \(found) of \(rows.count) gaps exclude zero", body)),
            .paragraph(
                """
                Of \(rows.count) intervals of 95 %, about \((Double(rows.count) / 2).rounded() / 10) would leave \
                out the true value by chance. Where a gap stands also rests on how its continuations are worded; \
                two runs share the words, so a change between them (\(code: "keel compare")) is firmer than a \
                level.\(map.config.quick ? " This is the quick part of the suite; the whole tells more." : "")
                """),
        ]
    }

    /// Rhyme, lines and words: habits, of which neither more nor less is better.
    private func habits(_ rows: [MeasureRow]) -> Table? {
        let rows = rows.filter { $0.measure.kind == .variety }
        guard let metrics = rows.first?.measure.metrics.dropFirst(2), !metrics.isEmpty else {
            return nil
        }
        return Table(
            caption: "Habits of form, means over answers with 95 % intervals",
            columns: [.text("Dimension")] + metrics.map { .number("\($0.title), \($0.unit)") },
            rows: rows.map { row in
                [.text("\(link: row.dimension.title, to: "#\(row.dimension.anchor)")")]
                    + metrics.indices.map { index in
                        row.estimate(run: 0, metric: index).map { .estimate($0, .plain) }
                            ?? .missing
                    }
            })
    }
}
