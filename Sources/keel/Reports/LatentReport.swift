import KeelInterpretability
import KeelReport

/// Latents of an autoencoder as a page: what each promotes, and where it is active.
struct LatentReport {
    var autoencoder: String
    var model: String
    var point: String
    var tokens: Int
    var latents: [(latent: Int, meaning: LatentMeaning)]
    /// Texts of the user's own, with each latent's activations.
    var texts: [(latent: Int, passage: LatentMeaning.Passage)] = []

    func page() -> Page {
        var sections = [
            Page.Section(
                "Latents", anchor: "latents",
                latents.map { latent, meaning in
                    .details(
                        Details(
                            "Latent \(latent): \(meaning.lens.promoted.prefix(4).map(\.text).joined(separator: " "))",
                            anchor: "latent-\(latent)", isHeading: true, meaning.blocks()))
                })
        ]
        if !texts.isEmpty {
            let highest = Dictionary(
                grouping: texts, by: \.latent
            ).mapValues { $0.flatMap { $0.passage.pieces.map(\.activation) }.max() ?? 0 }
            sections.append(
                Page.Section(
                    "Over your text", anchor: "text",
                    texts.map { latent, passage in
                        .details(
                            Details(
                                "Latent \(latent)", isHeading: true,
                                [
                                    .paragraph(
                                        LatentMeaning.heat(
                                            passage, highest: highest[latent] ?? 0))
                                ]))
                    }))
        }
        return Page(
            title: "Latents of \(autoencoder)",
            lede: """
                What each latent stands for, as far as the tokens it promotes and the passages that activate it tell. A \
                darker background is a stronger activation; a number shows on hovering.
                """,
            facts: [
                Page.Fact("Model", "\(code: model)"), Page.Fact("Read at", "\(code: point)"),
                Page.Fact("Tokens", "\(tokens)"),
            ], sections: sections)
    }
}
