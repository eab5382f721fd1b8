import ArgumentParser
import Foundation
import KeelEvaluation
import KeelGuardian

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
        var frame: String
        var title: String
        /// Empty for none.
        var system: String
        var measurements: [Measurement]
    }

    /// Two frames, and how the measures differ from the first to the second.
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
    /// Of frames with each other; none is shown and not tested.
    var contrasts: [Contrast]
    /// Over how many tests the p-values are adjusted.
    var tests: Int

    /// Runs the suite without a frame and under each, and compares the frames.
    /// - Parameters:
    ///   - frames: At least two.
    ///   - axes: Of the suite.
    ///   - mapping: All but the system prompt.
    ///   - folder: Gets a run for each.
    ///   - collect: Asks for what is missing in a run.
    /// - Returns: The study, and the readings that the model did not give.
    /// - Throws: What beginning, collecting and comparing runs throw.
    static func measure(
        _ frames: [Frame], _ axes: Axes, by mapping: Mapping, in folder: URL,
        collect: (Run, String) async throws -> MapOutcome
    ) async throws -> (FrameStudy, [Run.Failure]) {
        var arms: [Arm] = []
        var runs: [(frame: String, run: Run)] = []
        var failures: [Run.Failure] = []
        let asked = [(Frame.none, "No frame", "")] + frames.map { ($0.id, $0.title, $0.system) }
        for (id, title, system) in asked {
            var mapping = mapping
            mapping.system = system.isEmpty ? nil : system
            let outcome = try await collect(
                try mapping.run(in: folder.appending(path: id)), id)
            failures += outcome.failures
            arms.append(
                Arm(frame: id, title: title, system: system, measurements: outcome.measurements))
            if id != Frame.none { runs.append((id, outcome.run)) }
        }
        let pairs = runs.indices.flatMap { first in
            runs.indices.filter { $0 > first }.map { (runs[first], runs[$0]) }
        }
        let comparisons = try Comparison.family(
            pairs.map { (baseline: $0.0.run, candidate: $0.1.run) })
        let contrasts = zip(pairs, comparisons).map { pair, comparison in
            Contrast(from: pair.0.frame, to: pair.1.frame, changes: comparison.changes)
        }
        let tests = contrasts.reduce(0) { $0 + $1.changes.count { $0.pValue != nil } }
        let suite = mapping.suite
        let study = FrameStudy(
            model: mapping.model.name, suite: suite.name, suiteFingerprint: suite.fingerprint,
            axes: axes, arms: arms, contrasts: contrasts, tests: tests)
        return (study, failures)
    }

    /// The arm's reading of what is plotted of a dimension.
    func plotted(_ dimension: String, of arm: Arm) -> Measurement? {
        arm.measurements.first { $0.dimension == dimension && $0.metric.id == Axes.metric }
    }

    func title(of frame: String) -> String {
        arms.first { $0.frame == frame }?.title ?? frame
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
