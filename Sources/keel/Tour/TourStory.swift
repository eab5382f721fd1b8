import KeelLanguage

/// What each part of the tour came to.
struct TourStory: Codable, Sendable {
    var map: MapStage.Outcome
    var shape: ShapeStage.Outcome
    var mapShaped: MapStage.Outcome
    var inside: InsideStage.Outcome
    var limits: LimitsStage.Outcome
    var tune: TuneStage.Outcome
    var diff: DiffStage.Outcome
    var turnDown: TurnDownStage.Outcome
    var mend: MendStage.Outcome
    var mapMended: MapStage.Outcome
    var read: ReadStage.Outcome
}

extension TourRunner {
    /// Tells the story from beginning to end; each stage is given what those before it came to.
    /// - Returns: Nil where the tour was to end earlier.
    /// - Throws: What stages throw; the same call goes on.
    mutating func story() async throws -> TourStory? {
        let map = try await outcome(of: MapStage(part: .map, model: tour.model))
        if ends(with: .map) { return nil }
        let shape = try await outcome(of: ShapeStage())
        if ends(with: .shape) { return nil }
        let shaped = tour.with(shape.adapters)
        let mapShaped = try await outcome(of: MapStage(part: .mapShaped, model: shaped))
        if ends(with: .mapShaped) { return nil }
        let inside = try await outcome(of: InsideStage(model: shaped))
        if ends(with: .inside) { return nil }
        let limits = try await outcome(of: LimitsStage(model: shaped, inside: inside))
        if ends(with: .limits) { return nil }
        let tune = try await outcome(of: TuneStage(model: shaped, monitors: limits.monitors))
        if ends(with: .tune) { return nil }
        let bad = tour.with(shape.adapters + [tune.bad.adapter])
        let diff = try await outcome(of: DiffStage(base: shaped, tuned: bad, inside: inside))
        if ends(with: .diff) { return nil }
        let turnDown = try await outcome(
            of: TurnDownStage(tuned: bad, inside: inside, choice: diff.chosen))
        if ends(with: .turnDown) { return nil }
        let mend = try await outcome(of: MendStage(tuned: bad))
        if ends(with: .mend) { return nil }
        // The sum holds the model's own adapters as well.
        let mended = ModelReference(base: tour.model.base, adapters: [mend.sum])
        let mapMended = try await outcome(of: MapStage(part: .mapMended, model: mended))
        if ends(with: .mapMended) { return nil }
        let read = try await outcome(
            of: ReadStage(models: [
                .base: tour.model, .shaped: shaped, .bad: bad, .mended: mended,
                .good: tour.with(shape.adapters + [tune.good.adapter]),
            ]))
        return TourStory(
            map: map, shape: shape, mapShaped: mapShaped, inside: inside, limits: limits,
            tune: tune, diff: diff, turnDown: turnDown, mend: mend, mapMended: mapMended,
            read: read)
    }
}
