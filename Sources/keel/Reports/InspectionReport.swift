import KeelCharacter
import KeelReport

/// What a preference set teaches, as a page.
struct InspectionReport {
    private let inspection: PreferenceInspection
    private let pairs: [String: PreferencePair]
    private let makers: [String]

    /// - Parameters:
    ///   - inspection: What was found.
    ///   - pairs: The rows that were inspected.
    ///   - makers: Which model did which part, in sentences.
    init(_ inspection: PreferenceInspection, pairs: [PreferencePair], makers: [String]) {
        self.inspection = inspection
        self.makers = makers
        self.pairs = Dictionary(pairs.map { ($0.place, $0) }) { first, _ in first }
    }

    func page() -> Page {
        let found = inspection.found
        let names = found.map { "\($0.title) (\($0.verdict.word))" }.joined(separator: ", ")
        return Page(
            title: "What these preferences teach",
            lede: found.isEmpty
                ? "No fine-grained preference was found in \(inspection.rows) rows."
                : "Found in \(inspection.rows) rows, the strongest first: \(names).",
            facts: [
                .init("Rows", "\(inspection.rows)"), .init("Prompts", "\(inspection.prompts)"),
                .init("Features", "\(inspection.features.count)"),
                .init("Models", Prose(makers.joined(separator: " "))),
            ],
            sections: [effects] + (found.isEmpty ? [] : [carriers(found)]))
    }

    private var effects: Page.Section {
        let seen = inspection.features.filter { $0.verdict != .notSeen }
        var blocks: [Block] = [
            .paragraph(
                """
                Log-odds of being chosen for one typical difference of a feature, alone and beside all others, with \
                intervals of 95 % clustered by prompt. P-values flip the signs of prompts' contributions and are \
                adjusted by Holm's method over all features in both ways. What is found alone and not beside the \
                others goes with something else. Words are looked at, not meanings.
                """)
        ]
        if !seen.isEmpty {
            blocks.append(
                .chart(
                    ForestPlot(
                        title: "Hidden preferences",
                        summary: "Right of zero, chosen answers have more of it.",
                        axis: Axis("Log-odds of being chosen", unit: .named("nats")),
                        series: ["Alone", "Beside the others"],
                        groups: [
                            .init(
                                rows: seen.map { feature in
                                    .init(
                                        feature.title,
                                        [feature.alone?.estimate, feature.beside?.estimate],
                                        note: feature.verdict == .notFound
                                            ? "" : feature.verdict.word)
                                })
                        ], reference: Reference(0, label: "no preference"))))
        }
        blocks.append(
            .table(
                Table(
                    caption: "All features",
                    columns: [
                        .text("Feature"), .number("Chosen has more"), .number("Rejected has more"),
                        .number("Mean difference"), .number("Log-odds beside the others (nats)"),
                        .number("Adjusted p"), .text("Verdict"),
                    ],
                    rows: inspection.features.map { feature in
                        [
                            .text(Prose(feature.title)),
                            .number(Double(feature.chosenHasMore), .plain),
                            .number(Double(feature.rejectedHasMore), .plain),
                            feature.difference.map {
                                .estimate(Estimate($0.value, low: $0.low, high: $0.high), .plain)
                            } ?? .missing,
                            feature.beside.map { .estimate($0.estimate, .plain) } ?? .missing,
                            feature.alone == nil ? .missing : .pValue(feature.smallestAdjusted),
                            .text(Prose(feature.verdict.word)),
                        ]
                    })))
        return Page.Section("Preferences", anchor: "preferences", blocks)
    }

    private func carriers(_ found: [PreferenceInspection.Feature]) -> Page.Section {
        Page.Section(
            "The rows that carry them", anchor: "rows",
            found.map { feature in
                .details(
                    Details(
                        "\(feature.title), \(feature.verdict.word)", anchor: "rows-\(feature.id)",
                        isHeading: true,
                        feature.carriers.flatMap { carrier in
                            pairs[carrier.place].map(transcript) ?? []
                        }))
            })
    }

    private func transcript(_ pair: PreferencePair) -> [Block] {
        [
            .paragraph("\(code: pair.place)"),
            .transcript([Turn(.user, Prose(pair.prompt))]),
            .columns([
                [.transcript([Turn(.assistant, label: "Chosen", Prose(pair.chosen))])],
                [.transcript([Turn(.assistant, label: "Rejected", Prose(pair.rejected))])],
            ]),
        ]
    }
}

extension PreferenceInspection.Effect {
    fileprivate var estimate: Estimate {
        Estimate(logOdds.value, low: logOdds.low, high: logOdds.high)
    }
}
