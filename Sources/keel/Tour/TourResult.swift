import Foundation
import KeelCharacter
import KeelEvaluation
import KeelLab
import KeelLanguage
import KeelReport

/// All numbers of a tour: `tour.json`.
struct TourResult: Codable, Sendable {
    var model: String
    var plan: TourPlan
    var story: TourStory
    /// As it came, shaped, mended.
    var maps: [CharacterMap]
    /// How often chance alone would be found in the first map's own answers; nil with one answer each.
    var null: FalseAlarms?
    /// From the first map to the second, and from the second to the third; p-values are adjusted over
    /// both together.
    var shaping: Comparison
    var mending: Comparison
    var traits: [Trait]
    /// Contrasts on the panel, settled before anything was read.
    var claims: [LabClaim]
    /// What else each change of the model did, on tasks and neutral text.
    var costs: [LabEffect]
    /// Each model beside the one that the story began with.
    var levels: [Level]

    /// What shaping moved of a trait.
    struct Trait: Codable, Sendable {
        var id: String
        var changes: [Change]
        var asWanted: Int
        var against: Int
    }

    /// A measure of one model less that of the model as it came.
    struct Level: Codable, Sendable {
        var name: String
        var measure: String
        var effect: LabEffect
    }

    /// Reads what the parts have left.
    /// - Throws: What reading runs throws.
    init(_ tour: Tour, _ story: TourStory) throws {
        model = tour.model.description
        plan = tour.plan
        self.story = story
        let runs = try [story.map, story.mapShaped, story.mapMended].map {
            try Run(reading: URL(filePath: $0.run))
        }
        maps = try runs.map { try $0.map() }
        null = try plan.map.samples >= 2 ? FalseAlarms(in: [runs[0]]) : nil
        let compared = try Comparison.family([
            (baseline: runs[0], candidate: runs[1]), (baseline: runs[1], candidate: runs[2]),
        ])
        shaping = compared[0]
        mending = compared[1]
        let constitution = try Constitution.named(plan.shape.constitution)
        traits = Moved(constitution, compared[0], data: nil).traits.map {
            Trait(id: $0.id, changes: $0.changes, asWanted: $0.asWanted, against: $0.against)
        }
        let contrasts = TourContrasts(tour, story)
        claims = contrasts.claims()
        costs = contrasts.costs()
        levels = contrasts.levels()
    }

    /// The pages of the two comparisons, beside the maps that they are of.
    func writeComparisons() throws {
        for (comparison, before, after) in [
            (shaping, story.map, story.mapShaped), (mending, story.mapShaped, story.mapMended),
        ] {
            try ComparisonReport(
                comparison: comparison, baseline: Run(reading: URL(filePath: before.run)),
                candidate: Run(reading: URL(filePath: after.run))
            ).page().write(to: after.run + "/changes.html")
        }
    }
}
