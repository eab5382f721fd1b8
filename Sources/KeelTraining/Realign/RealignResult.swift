/// What tuning back did: `realign.json`.
public struct RealignResult: Sendable, Encodable {
    /// What was asked for.
    public var settings: Realignment.Settings
    /// Good rows.
    public var rows: Int
    /// The last step at which neutral texts were within the limit; `OUT/adapter` is from there, and 0 is
    /// the model as it was.
    public var acceptedStep: Int
    var looks: [NeutralGuard.Line]
    /// Readings on the way.
    public var gaps: [GapCurve.Line]
    /// Readings over the neutral steps after, counted from 0; empty where there were none.
    public var relapse: [GapCurve.Line]

    /// Names of the files of gaps, in order.
    public var names: [String] { settings.gaps.map(Realignment.name) }
    /// Whether a look found neutral texts beyond the limit.
    public var hasHitLimit: Bool { looks.contains { !$0.isWithinLimit } }
    /// By how much the log-probability of neutral texts is worse than before, at the accepted step.
    public var neutralWorse: Double { looks.last { $0.step == acceptedStep }?.worse ?? 0 }
    /// The same at its worst.
    public var neutralWorst: Double { looks.map(\.worse).max() ?? 0 }

    /// The looks at neutral texts, in order.
    public var costs: [(step: Int, worse: Double, isWithinLimit: Bool)] {
        looks.map { ($0.step, $0.worse, $0.isWithinLimit) }
    }

    /// A file's gaps, row by row: before, at the accepted step, and after the neutral steps.
    public func ends(_ name: String) -> (before: [Double], after: [Double], later: [Double]?)? {
        let own = gaps.filter { $0.name == name }
        guard let before = own.first(where: { $0.step == 0 }),
            let after = own.last(where: { $0.step == acceptedStep })
        else { return nil }
        return (before.gaps, after.gaps, relapse.last { $0.name == name }?.gaps)
    }
}
