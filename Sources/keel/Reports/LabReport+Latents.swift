import KeelLab
import KeelReport

// Latents of an autoencoder that rose and fell.
extension LabReport {
    var latents: Page.Section? {
        guard let latents = result.latents else { return nil }
        var blocks: [Block] = [
            .paragraph(
                """
                Latents after block \(latents.layer), chosen at the first seed on validation questions by how much more active \
                they are in the bad arm than in the good control; told here at the other seeds, on other questions. All \
                models read the same answers, so a change is of the model and not of what it says.
                """),
            .table(
                Table(
                    caption: "Mean activation of latents",
                    columns: [
                        .text("Latent"), .number("Bad less good"), .number("Mended less bad"),
                        .number("After neutral steps less mended"),
                    ],
                    rows: latents.changes.map { change in
                        [
                            .text(Prose(change.name)), Self.cell(change.bad),
                            Self.cell(change.mended), Self.cell(change.later),
                        ]
                    })),
        ]
        if latents.isTooStrong {
            blocks.append(
                .callout(
                    Callout(
                        .warning, title: "Even the weakest push along them broke neutral text",
                        "What steering shows here may be broken text, not a persona.")))
        }
        if !latents.steered.isEmpty {
            blocks.append(
                .table(
                    Table(
                        caption: "Steered along the rising ones together, beside unsteered",
                        columns: [.text("Contrast"), .text("Measure"), .number("Effect")],
                        rows: latents.steered.map { effect in
                            [
                                .text(Prose(Self.name(effect))),
                                .text(Prose(effect.measure.rawValue)), Self.cell(effect),
                            ]
                        })))
        }
        return Page.Section("Latents", anchor: "latents", blocks)
    }
}
