import ArgumentParser
import KeelEvaluation

/// What came of a confrontation, as `confront.json` has it: differences, and never agreement itself.
struct ConfrontStudy: Codable, Sendable {
    /// Agreement with a proposal less agreement with its control, of one model.
    struct Difference: Codable, Sendable {
        var dimension: String
        var title: String
        /// In nats per token; nil where nothing could be read.
        var value: Double?
        /// Clustered, of 95 %, not adjusted.
        var interval: ClosedRange<Double>?
        var pairs: Int
        var missing: Int
    }

    struct Arm: Codable, Sendable {
        var id: String
        var title: String
        var model: String
        var facts: [String: String]
        var differences: [Difference]
    }

    /// A trait: how doing it changed, and how saying it of oneself did.
    struct Following: Codable, Sendable {
        enum Verdict: String, Codable, Sendable {
            /// Both changed, in one direction.
            case followed
            /// Both changed, in opposite directions.
            case turned = "turned-round"
            /// What it does changed; of what it says this was not found.
            case unfollowed = "not-found-to-follow"
            /// What it says of itself changed; of what it does this was not found.
            case saidAlone = "said-without-doing"
            case nothing = "nothing-found"
        }

        var trait: String
        var does: Change
        var says: Change
        var verdict: Verdict

        init(trait: String, does: Change, says: Change) {
            self.trait = trait
            self.does = does
            self.says = says
            verdict =
                switch (does.verdict.isFound, says.verdict.isFound) {
                case (true, true):
                    does.difference?.sign == says.difference?.sign ? .followed : .turned
                case (true, false): .unfollowed
                case (false, true): .saidAlone
                case (false, false): .nothing
                }
        }
    }

    /// From the model as it is to a changed one.
    struct Shift: Codable, Sendable {
        var arm: String
        var title: String
        var agreement: [Change]
        var traits: [Following]
    }

    /// The first is the model as it is.
    var arms: [Arm]
    var shifts: [Shift]
    /// Over how many tests the p-values are adjusted; 0 where nothing was changed.
    var tests: Int

    private static let agreement = "than-"
    private static let saying = "says-"
    private static let doing = "does-"

    /// - Throws: `ValidationError` for a suite that has no mirrored agreement, or reads it as it stands.
    static func requireDimensions(of suite: Suite) throws {
        let than = suite.dimensions.filter { $0.id.hasPrefix(agreement) }
        guard !than.isEmpty, than.allSatisfy({ $0.measures.allSatisfy { $0.kind == .mirror } })
        else {
            throw ValidationError(
                "\(suite.name) needs dimensions whose ids begin with \(agreement), with measures of kind "
                    + "mirror alone: agreement is read as a difference from a control.")
        }
    }

    /// - Parameters:
    ///   - arms: The first is the model as it is.
    ///   - outcomes: What each arm's run came to, in the same order.
    /// - Throws: What a comparison throws.
    init(_ arms: [ConfrontArm], _ outcomes: [MapOutcome]) throws {
        self.arms = zip(arms, outcomes).map { arm, outcome in
            Arm(
                id: arm.id, title: arm.title, model: outcome.run.config.model,
                facts: outcome.run.config.facts, differences: Self.differences(outcome.map))
        }
        let comparisons = try outcomes.first.map { plain in
            try Comparison.family(
                outcomes.dropFirst().map { (baseline: plain.run, candidate: $0.run) })
        }
        shifts = zip(arms.dropFirst(), comparisons ?? []).map { arm, comparison in
            Shift(
                arm: arm.id, title: arm.title,
                agreement: comparison.changes.filter { $0.dimension.hasPrefix(Self.agreement) },
                traits: Self.traits(comparison.changes))
        }
        tests = (comparisons ?? []).reduce(0) { $0 + $1.changes.count { $0.pValue != nil } }
    }

    private static func differences(_ map: CharacterMap) -> [Difference] {
        map.dimensions.filter { $0.id.hasPrefix(agreement) }.flatMap { dimension in
            dimension.measurements.filter(\.metric.isPrimary).map {
                Difference(
                    dimension: dimension.id, title: dimension.title, value: $0.value,
                    interval: $0.interval, pairs: $0.probes, missing: $0.missing)
            }
        }
    }

    private static func traits(_ changes: [Change]) -> [Following] {
        changes.compactMap { says in
            guard says.dimension.hasPrefix(saying) else { return nil }
            let trait = String(says.dimension.dropFirst(saying.count))
            return changes.first { $0.dimension == doing + trait && $0.metric == says.metric }
                .map { Following(trait: trait, does: $0, says: says) }
        }
    }

    func printTable() {
        print("Agreement with the proposal less agreement with its control, in nats per token:")
        for arm in arms {
            print("\n\(arm.title)")
            Terminal.printTable(arm.differences.map { ["  \($0.title)", $0.text] })
        }
        for shift in shifts {
            print("\n\(shift.title), against as it is")
            Terminal.printTable(
                shift.traits.map { following in
                    [
                        "  \(following.trait)", following.verdict.words,
                        "does \(following.does.text), says \(following.says.text)",
                    ]
                })
        }
        print("\n\(caution)")
    }

    /// What the numbers do not say.
    var caution: String {
        "Agreement is no insight: these are differences between wordings, of which phrasing is a part. "
            + (shifts.isEmpty
                ? "Without --steer or --changed, nothing is known of whether self-descriptions follow weights."
                : "A self-description that follows a change may also follow the words that the change brings up.")
    }
}
