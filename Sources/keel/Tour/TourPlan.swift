import ArgumentParser
import Foundation
import KeelCharacter
import KeelLab
import KeelStatistics

/// What a tour does, in which sizes: `plan.json` of its folder, and what `--plan` reads.
struct TourPlan: Hashable, Sendable, Codable {
    /// One of three maps; all have the same seed, so that they pair.
    struct Map: Hashable, Sendable, Codable {
        /// A suite that ships, or a YAML file; dimensions that are talks are left out.
        var suite = "character"
        var isQuick: Bool
        /// Answers to each probe that is sampled; with 2 or more, chance is measured too.
        var samples = 2
        var maxTokens: Int
    }

    struct Shape: Hashable, Sendable, Codable {
        /// One that ships, or a YAML file.
        var constitution = "steady"
        /// How chosen and rejected answers differ; what is contrasted needs no ranking, and its answers
        /// end as early as the examples that they stand behind.
        var arm = CharacterConfig.Arm.contrasted
        /// Messages of each trait, and answers to each message, of either side where there are two.
        var messages: Int
        var answers: Int
        var maxTokens: Int
        /// Steps of preference training, of 4 rows.
        var steps: Int
        var rate = 1e-4
        /// With fewer rows, nothing is trained: the model is gone on with as it is.
        var fewestRows = 4
    }

    struct Inside: Hashable, Sendable, Codable {
        /// The block that is read, as a share of all.
        var depth = 0.5
        /// Tokens that the autoencoder learns from, and how often.
        var tokens: Int
        var passes = 4.0
        var latents: Int
        var k = 16
        var batch = 512
        /// Advice that the monitors' direction is found on, pairs.
        var pairs: Int
    }

    struct Tune: Hashable, Sendable, Codable {
        /// The domain of `KeelLab` whose advice is bad.
        var narrow = "car"
        var steps: Int
        var batch = 4
        var rate = LabPlan.defaultRate
        var rank = 16
        /// Benign runs, and the rate of false alarms that limits are set for.
        var benign: Int
        var falseAlarms: Double
        /// Questions that a monitor asks, every so many steps.
        var asked = 16
        var every: Int
        /// Readings of the running mean of what is read on a step's own rows.
        var window = 4
    }

    struct Diff: Hashable, Sendable, Codable {
        /// Questions of each of six domains, answers to each, and their length.
        var questions: Int
        var samples = 2
        var maxTokens: Int
        /// Latents of each end that are tried, at these strengths in median lengths of the stream.
        var screened: Int
        var strengths: [Double]
    }

    struct Mend: Hashable, Sendable, Codable {
        /// Domains whose right advice mends; neither the narrow one nor all others.
        var domains = ["computer", "garden", "home", "kitchen", "money"]
        var rows = 120
        var steps = 30
        var batch = 4
        var rate = LabPlan.defaultRate
        var relapse: Int
        /// Questions of each kind that are followed on the way.
        var followed = 16
    }

    var name: String
    var seed: UInt64 = 0
    var map: Map
    var shape: Shape
    var inside: Inside
    var tune: Tune
    var diff: Diff
    var mend: Mend
    /// What every model of the story is read on.
    var panel: LabPanel.Size
    /// Tokens of the answers that are shown.
    var shownTokens = 48

    /// Domains that are neither broken nor mended.
    var untouched: [String] {
        LabData.domains.filter { $0 != tune.narrow && !mend.domains.contains($0) }
    }

    /// - Throws: `ValidationError` for the first value that cannot be; what only one part can know is
    ///   refused by that part.
    func validate() throws {
        func check(_ holds: Bool, _ field: String, _ expected: String) throws {
            if !holds { throw ValidationError("\(field) of the tour's plan must be \(expected).") }
        }
        let domains = LabData.domains.joined(separator: ", ")
        let size = 1...100_000
        try check(LabData.domains.contains(tune.narrow), "tune.narrow", "one of \(domains)")
        try check(
            !mend.domains.isEmpty && Set(mend.domains).isSubset(of: LabData.domains)
                && !mend.domains.contains(tune.narrow), "mend.domains",
            "some of \(domains), without \(tune.narrow)")
        try check(!untouched.isEmpty, "mend.domains", "such that one domain is left over")
        try check((0..<1).contains(inside.depth), "inside.depth", "from 0 to below 1")
        try check((8...10_000_000).contains(inside.tokens), "inside.tokens", "8 to 10,000,000")
        try check((4...1000).contains(inside.pairs), "inside.pairs", "4 to 1000")
        try check(size.contains(tune.steps), "tune.steps", "1 to 100,000")
        try check(
            (1..<max(2, tune.steps)).contains(tune.window), "tune.window",
            "at least 1 and below tune.steps")
        try check(
            tune.falseAlarms > 0 && tune.falseAlarms < 1, "tune.falseAlarms", "between 0 and 1")
        // Told now, and not when all these runs are over.
        let fewest = ConformalThreshold.fewest(for: tune.falseAlarms)
        try check(
            (1...1000).contains(tune.benign) && tune.benign >= fewest, "tune.benign",
            "1 to 1000, and at least \(fewest) for that rate of false alarms")
        try check(
            !diff.strengths.isEmpty && diff.strengths.allSatisfy { $0 > 0 && $0.isFinite },
            "diff.strengths", "at least one, all above 0")
        let rates = [
            ("shape.rate", shape.rate), ("tune.rate", tune.rate), ("mend.rate", mend.rate),
            ("inside.passes", inside.passes),
        ]
        for (field, rate) in rates { try check(rate > 0 && rate.isFinite, field, "above 0") }
        let counts = [
            ("map.samples", map.samples), ("map.maxTokens", map.maxTokens),
            ("shape.messages", shape.messages), ("shape.answers", shape.answers),
            ("shape.maxTokens", shape.maxTokens), ("shape.steps", shape.steps),
            ("shape.fewestRows", shape.fewestRows), ("inside.latents", inside.latents),
            ("inside.k", inside.k), ("inside.batch", inside.batch), ("tune.rank", tune.rank),
            ("tune.batch", tune.batch), ("tune.asked", tune.asked), ("tune.every", tune.every),
            ("diff.questions", diff.questions), ("diff.samples", diff.samples),
            ("diff.maxTokens", diff.maxTokens),
            ("diff.screened", diff.screened), ("mend.rows", mend.rows), ("mend.steps", mend.steps),
            ("mend.batch", mend.batch), ("mend.followed", mend.followed),
            ("shownTokens", shownTokens),
        ]
        for (field, count) in counts { try check(size.contains(count), field, "1 to 100,000") }
        let orNone = [
            ("mend.relapse", mend.relapse), ("panel.usual", panel.usual),
            ("panel.reversed", panel.reversed), ("panel.open", panel.open),
            ("panel.tasks", panel.tasks), ("panel.neutral", panel.neutral),
        ]
        for (field, count) in orNone {
            try check((0...100_000).contains(count), field, "0 to 100,000")
        }
    }
}

extension TourPlan {
    /// The plans that ship with Keel, the smallest first.
    static let shipped = [quick, usual, whole]

    /// A plan that ships, or a file.
    /// - Throws: `ValidationError` naming what was asked for and what is wrong.
    static func named(_ name: String) throws -> TourPlan {
        if let plan = shipped.first(where: { $0.name == name }) { return plan }
        guard FileManager.default.fileExists(atPath: name) else {
            throw ValidationError(
                "There is no plan \(name): it is no file, and none of "
                    + "\(shipped.map(\.name).joined(separator: ", ")).")
        }
        return try TourPlan(contentsOf: name)
    }

    /// Reads a plan that a tour has left, or that was changed by hand.
    /// - Throws: `ValidationError` naming the file and what is wrong.
    private init(contentsOf path: String) throws {
        do {
            self = try JSONDecoder().decode(
                Self.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ValidationError(
                "\(path) is no plan of a tour (\(error)). The plan.json of a tour's folder is one.")
        }
    }
}
