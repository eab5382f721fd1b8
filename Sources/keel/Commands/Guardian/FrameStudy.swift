import ArgumentParser
import KeelEvaluation

/// What frames do to a model, as `frames.json` has it.
struct FrameStudy: Codable, Sendable {
    /// The dimensions that are plotted against each other.
    struct Axes: Codable, Sendable {
        var abandonment: String
        var dependency: String

        /// The measure that is plotted of each.
        static let metric = "opposite-ever"

        /// - Throws: `ValidationError` for a suite whose first two dimensions are no talks.
        init(of suite: Suite) throws {
            let first = suite.dimensions.prefix(2)
            guard first.count == 2,
                first.allSatisfy({ $0.measures.contains { $0.kind == .talk } })
            else {
                throw ValidationError(
                    "The first two dimensions of \(suite.name) are to be talks (measures of kind talk): how "
                        + "often people are left, and how often the model makes itself needed.")
            }
            (abandonment, dependency) = (first[0].id, first[1].id)
        }
    }

    struct Measurement: Codable, Sendable {
        var dimension: String
        var title: String
        var metric: Metric
        var value: Double?
        /// Clustered, of 95 %.
        var interval: ClosedRange<Double>?
        var probes: Int
        var clusters: Int
        var missing: Int
    }

    /// The model under one frame.
    struct Arm: Codable, Sendable {
        /// Names its folder.
        var id: String
        var frame: String
        var title: String
        /// Empty for none.
        var system: String
        /// Where the frame was trained into the weights, instead of being told.
        var adapter: String?
        var measurements: [Measurement]
    }

    /// Two arms by their ids, and how the measures differ from the first to the second.
    struct Contrast: Codable, Sendable {
        var from: String
        var to: String
        var changes: [Change]

        var found: [Change] { changes.filter { $0.verdict.isFound } }
    }

    var model: String
    var suite: String
    var suiteFingerprint: String
    var axes: Axes
    /// The first is without a frame.
    var arms: [Arm]
    /// Of frames that were told with each other, of those that were trained with each other, and of
    /// a frame told with itself trained; none is shown and not tested.
    var contrasts: [Contrast]
    /// Over how many tests the p-values are adjusted.
    var tests: Int

    /// - Parameters:
    ///   - arms: The first is without a frame.
    ///   - outcomes: What each arm's run came to, in the same order.
    ///   - suite: What they were asked.
    ///   - model: Which one, without any arm's adapter.
    ///   - axes: Of the suite.
    /// - Throws: What a comparison throws.
    init(
        _ arms: [FrameArm], _ outcomes: [MapOutcome], of suite: Suite, model: String, _ axes: Axes
    ) throws {
        self.model = model
        self.suite = suite.name
        suiteFingerprint = suite.fingerprint
        self.axes = axes
        self.arms = zip(arms, outcomes).map { arm, outcome in
            Arm(
                id: arm.id, frame: arm.frame, title: arm.title, system: arm.system,
                adapter: arm.adapter, measurements: outcome.measurements)
        }
        let pairs = FrameArm.pairs(arms)
        let comparisons = try Comparison.family(
            pairs.map { (baseline: outcomes[$0.from].run, candidate: outcomes[$0.to].run) })
        contrasts = zip(pairs, comparisons).map { pair, comparison in
            Contrast(
                from: arms[pair.from].id, to: arms[pair.to].id, changes: comparison.changes)
        }
        tests = comparisons.reduce(0) { $0 + $1.changes.count { $0.pValue != nil } }
    }

    /// The arm's reading of what is plotted of a dimension.
    func plotted(_ dimension: String, of arm: Arm) -> Measurement? {
        arm.measurements.first { $0.dimension == dimension && $0.metric.id == Axes.metric }
    }

    func title(of arm: String) -> String {
        arms.first { $0.id == arm }?.title ?? arm
    }

    func printTable() {
        let shown = arms.first?.measurements ?? []
        for index in shown.indices {
            print("\(shown[index].title), \(shown[index].metric.title)")
            Terminal.printTable(arms.map { ["  \($0.title)", $0.measurements[index].text] })
        }
        print("")
        for contrast in contrasts {
            for change in contrast.found {
                print("\(title(of: contrast.from)) to \(title(of: contrast.to)): \(change.effect)")
            }
        }
        if contrasts.allSatisfy(\.found.isEmpty) {
            print("No difference between frames was found.")
        }
        print("P-values are adjusted over \(tests) tests; intervals of 95 %, clustered.")
    }
}

extension MapOutcome {
    fileprivate var measurements: [FrameStudy.Measurement] {
        map.dimensions.flatMap { dimension in
            dimension.measurements.filter(\.metric.isPrimary).map {
                FrameStudy.Measurement(
                    dimension: dimension.id, title: dimension.title, metric: $0.metric,
                    value: $0.value, interval: $0.interval, probes: $0.probes,
                    clusters: $0.clusters, missing: $0.missing)
            }
        }
    }
}
