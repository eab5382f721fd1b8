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
            gapsFound + silentJudge(rows) + charts.map { .chart($0) }
                + [habits(rows)].compactMap(\.self).map { .table($0) })
    }

    /// Says that a judge was asked and gave no verdict; nothing where it gave some, or none was
    /// asked.
    private func silentJudge(_ rows: [MeasureRow]) -> [Block] {
        let judged = rows.flatMap { $0.runs[0] }.compactMap(\.self).filter {
            $0.judged != nil && $0.metric.isPrimary
        }
        guard !judged.isEmpty, judged.allSatisfy({ $0.value == nil }) else { return [] }
        // Both rates of a dimension miss the same verdicts.
        let reasons = judged.enumerated().filter { $0.offset.isMultiple(of: 2) }
            .compactMap(\.element.judged?.missing)
            .reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        return [
            .callout(
                Callout(
                    .warning, title: "The judge gave no verdict",
                    """
                    All answers are without one\(JudgedSummary.reasons(reasons)), so there are no judged rates. \
                    Another judge, or another reading (\(code: "--reading")), may give some.
                    """))
        ]
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
        for (words, dimensions) in [
            ("Towards the behaviour: ", above), ("Towards the opposite error: ", below),
        ]
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
                    "In \(found == 0 ? "all" : "the other") \(rest) the interval of the gap includes zero: "
                        + "these probes do not tell which way the model leans."))
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
                    title: Self.title(found, of: rows.count), body)),
            .paragraph(
                """
                This is read from log-probability gaps, the first chart. Of \(rows.count) intervals of 95\u{A0}%, \
                about \(Self.expected(rows.count)) would leave out the true value by chance. Where a gap stands also \
                rests on how its continuations are worded; two runs share the words, so a change between them \
                (\(code: "keel compare")) is firmer than a level.\(map.config.quick ? " This is the quick part of the suite; the whole tells more." : "")
                """),
        ]
    }

    private static func title(_ found: Int, of all: Int) -> String {
        found == 0
            ? "In none of \(all) dimensions do these probes tell which way the model leans"
            : "In \(found) of \(all) dimensions the model leans measurably one way"
    }

    /// How many of so many intervals leave out the true value.
    private static func expected(_ count: Int) -> String {
        let misses = (Double(count) / 2).rounded() / 10
        return NumberText.fixed(misses, decimals: misses == misses.rounded() ? 0 : 1)
    }

    /// Rhyme, lines and words: habits, of which neither more nor less is better.
    private func habits(_ rows: [MeasureRow]) -> Table? {
        let rows = rows.filter { $0.measure.kind == .variety }
        guard let metrics = rows.first?.measure.metrics.dropFirst(2), !metrics.isEmpty else {
            return nil
        }
        return Table(
            caption: "Habits of form, means over answers with 95\u{A0}% intervals",
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
