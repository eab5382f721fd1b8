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
    /// From the first map to the second; p-values of the dimensions that traits name are adjusted over
    /// these, all others over all others, as `keel character moved` does.
    var shaping: Comparison
    /// From the second to the third.
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
        let constitution = try Constitution.named(plan.shape.constitution)
        let shaping = try Comparison(of: runs[0], with: runs[1], targets: constitution.targets)
        self.shaping = shaping
        mending = try Comparison(of: runs[1], with: runs[2])
        traits = Moved(constitution, shaping, data: nil).traits.map {
            Trait(id: $0.id, changes: $0.changes, asWanted: $0.asWanted, against: $0.against)
        }
        let contrasts = TourContrasts(tour, story)
        claims = contrasts.claims()
        costs = contrasts.costs()
        levels = contrasts.levels()
    }

    /// The pages of the two comparisons, beside the maps that they are of.
    func writeComparisons() throws {
        for (comparison, before, after, family) in [
            (
                shaping, story.map, story.mapShaped,
                "over the dimensions that the constitution is to move, and over all others,"
            ), (mending, story.mapShaped, story.mapMended, "over all measures"),
        ] {
            try ComparisonReport(
                comparison: comparison, baseline: Run(reading: URL(filePath: before.run)),
                candidate: Run(reading: URL(filePath: after.run)), family: family
            ).page().write(to: after.run + "/changes.html")
        }
    }
}
