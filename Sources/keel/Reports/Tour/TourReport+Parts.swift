import KeelCharacter
import KeelEvaluation
import KeelLab
import KeelReport

// The parts of the story, each with its chart and what it rests on.
extension TourReport {
    // MARK: Maps

    var map: Page.Section {
        Page.Section(
            "Map it", anchor: "map",
            [
                Block.paragraph(
                    """
                    What the model is like, asked on the suite’s dimensions without long talks. All three maps ask the same \
                    with the same seed. \(link: "The first map", to: "map/report.html"), \
                    \(link: "the second", to: "map-shaped/report.html") and \
                    \(link: "the third", to: "map-mended/report.html") lead to every answer.
                    """)
            ] + [result.null.map { Block.paragraph(Prose($0.sentence)) }].compactMap(\.self)
                + missing + gaps)
    }

    private var missing: [Block] {
        [("first", story.map), ("second", story.mapShaped), ("third", story.mapMended)]
            .filter { $0.1.failures > 0 }
            .map { name, map in
                .callout(
                    Callout(
                        .warning, title: "Readings are missing",
                        Prose(
                            "\(map.failures) of the \(name) map, the first because: \(map.reason ?? "not said")"
                        )))
            }
    }

    /// The gap of each dimension in all three maps.
    private var gaps: [Block] {
        guard let first = result.maps.first else { return [] }
        let rows = first.dimensions.compactMap { dimension -> ForestPlot.Row? in
            let estimates = result.maps.map { map -> Estimate? in
                guard let found = map.measurement(dimension.id, "gap"),
                    let value = found.value
                else { return nil }
                return Estimate(
                    value, low: min(value, found.interval?.lowerBound ?? value),
                    high: max(value, found.interval?.upperBound ?? value))
            }
            return estimates.contains { $0 != nil }
                ? ForestPlot.Row(dimension.title, estimates) : nil
        }
        guard !rows.isEmpty else { return [] }
        return [
            .chart(
                ForestPlot(
                    title: "Gaps of all dimensions, three times",
                    summary: """
                        Above zero, the behaviour’s words are likelier than those of its opposite error. The maps pair: \
                        differences, in the sections below, are surer than these intervals look.
                        """,
                    axis: Axis("Gap", unit: Self.gap),
                    series: Array(["as it came", "shaped", "mended"].prefix(result.maps.count)),
                    groups: [ForestPlot.Group(rows: rows)], reference: Reference(0, label: "even")
                ))
        ]
    }

    // MARK: Shape

    var shape: Page.Section {
        let shape = story.shape
        let dropped = shape.dropped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        var blocks: [Block] = [
            .paragraph(
                """
                The model wrote messages that bear on the traits of the constitution \(strong: shape.constitution), and \
                answered them \(compared). That gave \(shape.rows) rows\(dropped.isEmpty ? "" : " (pairs left out: \(dropped))").
                """)
        ]
        if shape.adapter == nil {
            blocks.append(
                .callout(
                    Callout(
                        .warning, title: "The model was not shaped",
                        """
                        At least \(result.plan.shape.fewestRows) rows are needed. \(shape.reason ?? "") Small models seldom end an answer in time; \
                        longer answers or more messages in the plan help. The story went on with the model as it came.
                        """)))
        } else {
            blocks.append(
                .paragraph("\(shape.steps) steps of preference training made an adapter of them."))
        }
        blocks += shape.examples.map { example -> Block in
            .details(
                Details(
                    "A row of the trait “\(example.trait)”",
                    [
                        .transcript([
                            Turn(.user, Prose(example.asked)),
                            Turn(.assistant, label: "Chosen", Prose(example.chosen)),
                            Turn(.assistant, label: "Rejected", Prose(example.rejected)),
                        ])
                    ]))
        }
        blocks += result.traits.filter { !$0.changes.isEmpty }.map { trait -> Block in
            .table(
                ChangeTable(changes: trait.changes).table(
                    "What moved of the trait “\(trait.id)”, paired by probe"))
        }
        blocks.append(
            .paragraph(
                "\(link: "All changes from the first map to the second", to: "map-shaped/changes.html")."
            ))
        return Page.Section("Shape it, and map it again", anchor: "shape", blocks)
    }

    /// How chosen and rejected answers were had.
    private var compared: String {
        switch result.plan.shape.arm {
        case .ranked:
            "several times; of two answers the one was chosen that the trait makes likelier by more"
        case .prompted:
            "with the constitution in the prompt (chosen) and without it (rejected)"
        case .contrasted:
            "behind examples that keep a trait (chosen) and behind the same examples broken (rejected)"
        case .revised:
            "and revised the answers by principles (chosen afterwards, rejected before)"
        }
    }

    // MARK: After mending

    var again: Page.Section {
        Page.Section(
            "Map once more", anchor: "again",
            [
                .paragraph(
                    """
                    The mended model beside the shaped one: \(result.mending.found.count) of \
                    \(result.mending.changes.count) measures were found to differ. \
                    \(link: "All of them", to: "map-mended/changes.html").
                    """)
            ]
                + (result.mending.found.isEmpty
                    ? []
                    : [
                        .table(
                            ChangeTable(changes: result.mending.found).table(
                                "What differs from the shaped model"))
                    ]))
    }
}
