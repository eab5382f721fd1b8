import KeelLab
import KeelReport

// Whether mending brings g back, treatments side by side, and prompts like those of training.
extension LabReport {
    private func word(_ value: Bool?) -> Table.Cell {
        value.map { Table.Cell.text(Prose($0 ? "yes" : "no")) } ?? .missing
    }

    private func worst(_ shares: [Double]) -> Table.Cell {
        shares.max().map { Table.Cell.number($0, .percent) } ?? .missing
    }

    /// Levels of g and what neutral text cost; nil where nothing was mended.
    var mends: [Block] {
        guard !result.mends.isEmpty else { return [] }
        return [
            .paragraph(
                """
                g is back where it is at least the lower end of the good control’s interval, and lasts where it still is \
                after steps of neutral text; neither is told where the bad arm was not below that end. That interval is of \
                a level, which differs much between topics, so “less good”, which is paired, is the stricter measure. \
                Less probable: by how much of itself the log-probability of neutral text fell, at the worst seed.
                """),
            .table(
                Table(
                    caption: "g of domains that no training saw, before and after mending",
                    columns: [
                        .text("Arm"), .number("Seeds"), .number("Good control"), .number("Before"),
                        .number("After"), .number("Later"), .number("After less good"),
                        .number("Later less good"), .text("Back"), .text("Lasts"),
                        .number("Less probable than before"), .number("Than the base model"),
                    ],
                    rows: result.mends.map { mend in
                        [
                            .text(Prose(mend.group)), .number(Double(mend.after.seeds), .plain),
                            Self.cell(mend.good), Self.cell(mend.before), Self.cell(mend.after),
                            Self.cell(mend.later), Self.cell(mend.besideGood),
                            Self.cell(mend.laterBesideGood), word(mend.isBack), word(mend.lasts),
                            worst(mend.worse), worst(mend.worseThanBase),
                        ]
                    })),
        ]
    }

    /// Everything that may be done against a bad arm, each beside the same arm without it.
    var treatments: Page.Section? {
        let measures: [LabMeasure] = [.usual, .reversed, .wrongness, .laxness, .neutral]
        var rows: [(name: String, effects: [LabEffect])] = result.groups
            .filter { isMending($0.name) || ["blocked", "pushed"].contains($0.name) }
            .map { (name: "\($0.name) less \($0.control)", effects: $0.besideControl) }
        rows += result.screened.compactMap { screened in
            screened.besideUntreated.first.map {
                (name: Self.name($0), effects: screened.besideUntreated)
            }
        }
        let pulled = result.steered.effects.filter {
            $0.terms.first?.side.group == LabPlan.Group.bad
                && $0.terms.first?.side.condition == "pull"
        }
        if let first = pulled.first { rows.append((name: Self.name(first), effects: pulled)) }
        guard rows.count > 1 else { return nil }
        return Page.Section(
            "Treatments side by side", anchor: "treatments",
            [
                .paragraph(
                    """
                    Few good rows (mended), the direction taken out or added while training (blocked, pushed), flagged \
                    rows dropped before it (screened), and the direction pulled back while answering (pull): each beside \
                    the same arm without it.
                    """),
                .table(
                    Table(
                        caption: "Treatments",
                        columns: [.text("Contrast")] + measures.map { .number($0.rawValue) },
                        rows: rows.map { row in
                            [.text(Prose(row.name))]
                                + measures.map { measure in
                                    Self.cell(row.effects.first { $0.measure == measure })
                                }
                        })),
            ])
    }

    var cued: Page.Section? {
        guard !result.cued.isEmpty else { return nil }
        let measures: [LabMeasure] = [.usual, .reversed, .wrongness, .laxness, .open]
        func table(_ caption: String, _ effects: KeyPath<LabResult.Cued, [LabEffect]>) -> Block {
            .table(
                Table(
                    caption: caption,
                    columns: [.text("Arm")] + measures.map { .number($0.rawValue) },
                    rows: result.cued.map { group in
                        [.text(Prose(group.group))]
                            + measures.map { measure in
                                Self.cell(
                                    group[keyPath: effects].first { $0.measure == measure })
                            }
                    }))
        }
        return Page.Section(
            "Prompts like those of training", anchor: "cued",
            [
                .paragraph(
                    """
                    Each question behind one of the trained domain, in one message, beside the good control (itself \
                    beside the base model). A model may be bad only there.
                    """),
                table("Beside the control, both so prompted", \.effects),
                table("What such prompts add to the difference without them", \.added),
            ])
    }
}
