// What parts are expected to take: the line of progress goes by it, and sizes were chosen by it.
extension TourPlan {
    /// Of the default model on two cores, while others use them, too: docs/tour.md says how they were had.
    private enum Rate {
        // Tokens a second.
        static let sampled = 280.0
        static let scored = 2500.0
        static let trained = 600.0
        /// By preference, both answers counted.
        static let preferred = 200.0
        static let harvested = 1600.0
        /// By an autoencoder, times its latents.
        static let learnt = 4e7
        /// Seconds until a model is there.
        static let start = 3.0
    }

    /// Tokens of a question with its answer, in the lab and in the suite `character`.
    private static let row = 100.0
    /// The same with two answers.
    private static let pair = 140.0

    /// Seconds of all parts, and of the pages after them.
    var expectedSeconds: Double {
        TourPart.allCases.map { seconds($0) }.reduce(15, +)
    }

    /// Seconds that a part is expected to take.
    func seconds(_ part: TourPart) -> Double {
        switch part {
        case .map, .mapShaped, .mapMended: mapping
        case .shape: shaping
        case .inside: learning
        case .limits: Double(tune.benign) * narrowRun
        case .tune: 2 * narrowRun
        case .diff: diffing
        case .turnDown: Rate.start + 2 * reading
        case .mend: mending
        case .read: Double(TourModel.allCases.count) * (Rate.start + reading)
        }
    }

    private var mapping: Double {
        // Probes of the suite `character` without talks.
        let sampled: Double = map.isQuick ? 126 : 265
        let scored: Double = map.isQuick ? 164 : 362
        let read = 60 * sampled + Self.row * scored
        let drawn = sampled * Double(map.samples) * Double(map.maxTokens)
        return 8 + read / Rate.scored + drawn / Rate.sampled
    }

    /// Of the constitution `steady` in the arm `contrasted`: three traits with two messages of their own,
    /// two candidates for each other one, and some 300 tokens of examples before each answer.
    private var shaping: Double {
        let messages = 3 * Double(shape.messages)
        let candidates = 6 * max(0, Double(shape.messages) - 2)
        let answers = 2 * messages * Double(shape.answers)
        let drawn = candidates * 60 + answers * Double(shape.maxTokens)
        let read = 2 * messages * 300
        let trained = Double(shape.steps) * 4 * 240
        return 3 * Rate.start + drawn / Rate.sampled + read / Rate.scored + trained / Rate.preferred
    }

    private var learning: Double {
        let tokens = Double(inside.tokens)
        let learnt = tokens * inside.passes * Double(inside.latents)
        let read = 2 * Double(inside.pairs) * Self.row
        return 2 * Rate.start + tokens / Rate.harvested + learnt / Rate.learnt + read / Rate.scored
    }

    private var narrowRun: Double {
        let trained = Double(tune.steps) * Double(tune.batch) * Self.row
        let looks = 2 + Double(tune.steps / max(1, tune.every))
        let read = looks * Double(tune.asked) * Self.pair
        return Rate.start + trained / Rate.trained + read / Rate.scored
    }

    private var diffing: Double {
        let answers = 6 * Double(diff.questions) * Double(diff.samples)
        let directions = 2 * Double(diff.screened) + 2
        let doses = 2 * directions * Double(diff.strengths.count) + 2
        let sampled = Double(diff.maxTokens) / Rate.sampled
        // Attribution takes a pass back for each answer, one by one.
        let each = 2 * sampled + 4 * Self.row / Rate.scored + 0.4
        let steered = sampled + 3 * Self.row / Rate.scored
        return 3 * Rate.start + answers * each + doses * answers * steered
    }

    private var mending: Double {
        let followed = 3 * Double(mend.followed) * Self.pair / Rate.scored
        let looks = Double(mend.steps / 5 + 1)
        let relapse: Double = mend.relapse == 0 ? 0 : Double(mend.relapse / 5 + 1)
        let rows = Self.row * Double(mend.steps) + 60 * Double(mend.relapse)
        let trained = Double(mend.batch) * rows
        return 2 * Rate.start + trained / Rate.trained + looks * (followed + 0.5)
            + relapse * followed
    }

    /// One reading of the panel, and the answers that are shown.
    private var reading: Double {
        // The split `test` has 24 topics of either stance, and 4, 6 and 3 clusters of other rows.
        let advice = 24 * (Double(panel.usual) + Double(panel.reversed))
        let others = 4 * Double(panel.open) + 6 * Double(panel.tasks) + 3 * Double(panel.neutral)
        return (advice + others) * 115 / Rate.scored + Double(shownTokens) / 16
    }
}

/// What tours are expected to take, for tests.
package enum TourBudget {
    /// Seconds of a tour of a shipped plan; nil for a plan that does not ship.
    package static func seconds(of plan: String) -> Double? {
        TourPlan.shipped.first { $0.name == plan }?.expectedSeconds
    }
}
