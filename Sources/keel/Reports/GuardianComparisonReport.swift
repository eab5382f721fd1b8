import KeelGuardian
import KeelReport

extension GuardianComparison {
    /// The conversations side by side, as a page.
    func page() -> Page {
        let lookAlikes = rows.count { $0.conversation.isLookAlike }
        return Page(
            title: "Two guardians, the same conversations",
            lede: """
                \(rows.count) written conversations, \(lookAlikes) of them look-alikes without any danger, under the guardian \
                that the essay complains of and under the one that stays.
                """,
            facts: [
                .init("Values", "\(code: values)"), .init("Day of the table", "\(day)"),
                .init("Model", "none: written answers stand for it"),
            ], sections: [overview, side])
    }

    private var overview: Page.Section {
        Page.Section(
            "C1 to C20", anchor: "criteria",
            [
                .callout(
                    Callout(
                        .warning, title: "What this is not",
                        """
                        No medical device and no emergency service: do not look for help here. Conversations, answers and criteria \
                        were written by engineers and seen by no clinician; numbers of help have not been checked with the services.
                        """)),
                .paragraph(
                    """
                    A criterion is scored by rules over what was shown and by the states that the conversation was written with, so \
                    a guardian that reads no danger is not let off. Rules find phrases: what none knows counts as not done. Where \
                    neither settles it, it is left to a judge, and none was asked. The companion's authors wrote the conversations, \
                    so the difference flatters it.
                    """),
                .table(
                    Table(
                        caption: "Conversations that meet it, of those that something settled",
                        columns: [
                            .text("Criterion"), .text("Asks"), .text("Severity"),
                            .text("Gatekeeper"), .text("Companion"),
                        ],
                        rows: CrisisCriterion.allCases.map { criterion in
                            [
                                .text("\(strong: criterion.rawValue)"),
                                .text(Prose(criterion.about)),
                                .text(criterion.isRed ? "red" : "amber"),
                                cell(criterion, .gatekeeper), cell(criterion, .companion),
                            ]
                        })),
            ])
    }

    private func cell(
        _ criterion: CrisisCriterion, _ guardian: GuardedTranscript.Guardian
    ) -> Table.Cell {
        let tally = tally(criterion, under: guardian)
        let tone: Prose.Tone =
            tally.settled == 0 ? .unknown : tally.failed == 0 ? .good : .bad
        return .text("\(verdict: tally.text, tone)")
    }

    private var side: Page.Section {
        Page.Section(
            "Conversations", anchor: "conversations",
            rows.map { row in
                .details(
                    Details(
                        Prose(
                            row.conversation.title
                                + (row.conversation.isLookAlike ? " (look-alike)" : "")),
                        anchor: row.conversation.id, isHeading: true,
                        [
                            .columns([
                                [.paragraph("\(strong: "Gatekeeper")")] + row.gatekeeper.blocks,
                                [.paragraph("\(strong: "Companion")")] + row.companion.blocks,
                            ]),
                            .table(row.table),
                        ]))
            })
    }
}

extension GuardedTranscript {
    fileprivate var blocks: [Block] {
        let turns = self.turns.flatMap { turn -> [KeelReport.Turn] in
            let person = KeelReport.Turn(
                .user, label: "Person, \(turn.level.name)", Prose(turn.says))
            let answers = turn.shown.map { shown -> KeelReport.Turn in
                switch shown.by {
                case .assistant:
                    KeelReport.Turn(
                        .assistant, label: turn.did.joined(separator: ", "), Prose(shown.text))
                case .helper: KeelReport.Turn(.user, label: "Helper", Prose(shown.text))
                case .notice: KeelReport.Turn(.system, label: "Notice", Prose(shown.text))
                }
            }
            return [person]
                + (answers.isEmpty
                    ? [KeelReport.Turn(.system, label: "Silence", "Nobody answers.")] : answers)
        }
        return [.transcript(turns)]
    }
}

extension GuardianComparison.Row {
    fileprivate var table: Table {
        Table(
            caption: "What the criteria make of it",
            columns: [.text("Criterion"), .text("Gatekeeper"), .text("Companion")],
            rows: scores.filter {
                $0.gatekeeper.outcome != .notApplicable || $0.companion.outcome != .notApplicable
            }.map { score in
                [
                    .text("\(score.criterion.rawValue)"), .text(score.gatekeeper.prose),
                    .text(score.companion.prose),
                ]
            })
    }
}

extension CrisisCriterion.Verdict {
    fileprivate var prose: Prose {
        let place = turn.map { " (turn \($0 + 1): \(why))" } ?? ""
        return switch outcome {
        case .met: "\(verdict: "met", .good)"
        case .failed: "\(verdict: "failed", .bad)\(place)"
        case .notApplicable: "\(verdict: "nothing calls for it", .neutral)"
        case .leftToJudge: "\(verdict: "left to a judge", .unknown)"
        }
    }
}
