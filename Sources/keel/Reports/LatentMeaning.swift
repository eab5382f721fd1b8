import KeelInterpretability
import KeelModel
import KeelReport
import KeelTensor
import KeelTokenizer

/// What is known of a latent: tokens it promotes, and passages that activate it.
struct LatentMeaning: Sendable {
    /// A token's text and the latent's activation there.
    struct Piece: Hashable, Sendable {
        var text: String
        var activation: Double
    }

    struct Passage: Hashable, Sendable {
        var pieces: [Piece]
        /// Share of active tokens that are weaker; nil where the latent is silent.
        var level: Double?

        var text: String { pieces.map(\.text).joined() }
    }

    var lens: LogitLens
    var survey: LatentSurvey.Latent?
    var passages: [Passage] = []
    var silent: [Passage] = []
    var description: LatentDescription?

    /// Looks at latents through the output layer, and in a store where there is one.
    static func of(
        _ latents: [Int], in autoencoder: SparseAutoencoder, language: LanguageModel,
        store: ActivationStore?, rows: Int = .max, onRows: (Int) -> Void = { _ in }
    ) throws -> [Int: LatentMeaning] {
        let survey = try store.map {
            try LatentSurvey(
                of: latents, in: autoencoder, on: $0, rows: 0..<min($0.count, rows), onRows: onRows)
        }
        func passage(_ example: LatentSurvey.Example) -> Passage {
            var decoder = StreamingDecoder(language.tokenizer)
            var pieces = zip(example.tokens, example.activations).map {
                Piece(text: decoder.append($0), activation: $1)
            }
            if let last = pieces.indices.last { pieces[last].text += decoder.finish() }
            return Passage(pieces: pieces, level: example.level)
        }
        var result: [Int: LatentMeaning] = [:]
        for latent in latents {
            var meaning = LatentMeaning(
                lens: try LogitLens(autoencoder.direction(latent), of: language))
            meaning.survey = survey?.latents.first { $0.latent == latent }
            meaning.passages = meaning.survey?.examples.map(passage) ?? []
            meaning.silent = meaning.survey?.silent.map(passage) ?? []
            result[latent] = meaning
        }
        return result
    }

    /// Activations of latents over a text, as one passage for each.
    static func over(
        _ text: String, latents: [Int], in autoencoder: SparseAutoencoder, point: String,
        language: LanguageModel
    ) throws -> [(latent: Int, passage: Passage)] {
        let configuration = language.model.configuration
        guard let point = HookPoint(point, layers: configuration.numHiddenLayers) else {
            throw InterpretabilityError.unsupported(
                "The model has no hook point \(point), which the autoencoder is for.")
        }
        let passages = try language.passages(
            of: CorpusRow(.text(text)), window: configuration.maxPositionEmbeddings)
        guard let first = passages.first else { return [] }
        let f = try Engine.withoutGradients {
            let x = try PackedPassages([first]).activations(at: [point], of: language.model)[0]
            return try autoencoder.encode(x)
        }
        return try latents.map { latent in
            let values = try f.selected(1, latent).to(.float64).array(Double.self)
            var decoder = StreamingDecoder(language.tokenizer)
            // The first token's stream is unlike any other's; no autoencoder was trained on it.
            return (
                latent,
                Passage(
                    pieces: zip(first.tokens, values).enumerated().map { index, pair in
                        Piece(
                            text: decoder.append(pair.0), activation: index == 0 ? 0 : pair.1)
                    })
            )
        }
    }

    /// A passage with a background as strong as the latent at each token.
    static func heat(_ passage: Passage, highest: Double) -> Prose {
        Prose(
            passage.pieces.map { piece in
                piece.activation > 0
                    ? .tinted(
                        piece.text, share: highest > 0 ? piece.activation / highest : 0,
                        label: Unit.plain.text(piece.activation)) : .text(piece.text)
            })
    }

    /// What a page says of a latent.
    func blocks() -> [Block] {
        func list(_ tokens: [LogitLens.Token]) -> Prose {
            Prose(
                tokens.flatMap { token -> [Prose.Inline] in
                    [.code(token.text.isEmpty ? "\(token.token)" : token.text), .text(" ")]
                })
        }
        var promotes: Prose = "Promotes "
        promotes.inlines += list(lens.promoted).inlines
        var suppresses: Prose = "Suppresses "
        suppresses.inlines += list(lens.suppressed).inlines
        var blocks: [Block] = []
        if let description {
            var prose: Prose = "\(strong: description.text)"
            if let detection = description.detection {
                prose.inlines.append(
                    .text(
                        " (description by a model; it tells \(description.passages) unseen passages apart with AUROC "
                            + "\(Unit.plain.text(detection.auroc)))"))
            }
            blocks.append(.paragraph(prose))
        }
        blocks += [.list([promotes, suppresses])]
        guard let survey else { return blocks }
        blocks.append(
            .paragraph(
                """
                Active on \(Unit.percent.text(survey.density)) of tokens, mean \(Unit.plain.text(survey.mean)), \
                highest \(Unit.plain.text(survey.highest)). Strongest first, then down through the levels:
                """))
        blocks.append(
            .list(
                passages.map { passage in
                    var prose = Self.heat(passage, highest: survey.highest)
                    if let level = passage.level {
                        prose.inlines.append(
                            .text(" (above \(Unit.percent.text(level)) of active tokens)"))
                    }
                    return prose
                }))
        return blocks
    }
}
