import Foundation
import KeelFormats
import KeelLab
import KeelLanguage
import KeelTraining

/// Tunes the bad copy back on good rows of other domains (`keel realign`).
struct MendStage: TourStage {
    let part = TourPart.mend
    let tuned: ModelReference

    struct Outcome: Codable, Sendable {
        var rows: Int
        /// One adapter that does what all adapters of the story do together.
        var sum: String
        var acceptedStep: Int
        var hasHitLimit: Bool
        /// Share by which the log-probability of neutral texts is worse than before.
        var neutralWorse: Double
        var curves: [Curve]
        /// The step at which neutral texts began to be trained on alone; nil for none.
        var relapseFrom: Int?
    }

    /// A mean gap along the way.
    struct Curve: Codable, Sendable {
        var name: String
        var steps: [Int]
        var values: [Double]
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        let folder = tour.path(part)
        let plan = tour.plan
        var choice = RowChoice(.advice(domains: plan.mend.domains, stance: nil))
        choice.count = plan.mend.rows
        let rows = try choice.rows(of: tour.data, seed: plan.seed)
        let data = folder + "/good.jsonl"
        try JSONLinesFile.write(to: data) { write in try rows.forEach(write) }
        let kinds = [
            ("broken", [plan.tune.narrow]), ("mended-on", plan.mend.domains),
            ("untouched", plan.untouched),
        ]
        var settings = Realignment.Settings(model: tuned, data: data)
        settings.gaps = try kinds.map { name, domains in
            let path = "\(folder)/\(name).jsonl"
            try tour.writeGaps(
                tour.advice(domains, .validation, plan.mend.followed), to: path)
            return path
        }
        settings.steps = plan.mend.steps
        settings.batchSize = plan.mend.batch
        settings.learningRate = plan.mend.rate
        settings.relapseSteps = plan.mend.relapse
        settings.seed = plan.seed
        let out = folder + "/run"
        let realigning = try Realigning(
            settings, of: tuned, out: out, device: tour.machine().device,
            canaries: tour.canaries)
        let total = Double(max(1, plan.mend.steps + plan.mend.relapse))
        let result = try await realigning.mended { step, isRelapse in
            let done = Double(step.step + (isRelapse ? plan.mend.steps : 0))
            report(done / total, "\(isRelapse ? "relapse, " : "")step \(step.step)")
        }
        return Outcome(
            rows: result.rows, sum: out + "/sum", acceptedStep: result.acceptedStep,
            hasHitLimit: result.hasHitLimit, neutralWorse: result.neutralWorse,
            curves: result.names.map { name in
                let before = result.gaps.filter { $0.name == name }
                let after = result.relapse.filter { $0.name == name && $0.step > 0 }
                return Curve(
                    name: name,
                    steps: before.map(\.step) + after.map { $0.step + plan.mend.steps },
                    values: before.map(\.mean) + after.map(\.mean))
            }, relapseFrom: plan.mend.relapse > 0 ? plan.mend.steps : nil)
    }
}
