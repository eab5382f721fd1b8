import Foundation
import KeelInterpretability
import KeelLab
import KeelLanguage
import KeelTensor
import Synchronization
import TestSupport
import Testing

/// The whole experiment on a tiny model.
@Suite struct LabTests {
    private func lab(_ path: String, _ plan: LabPlan = Small.plan()) throws -> Lab {
        try Lab(plan, model: ModelReference(base: TinyModel.path), path: path, data: Small.data())
    }

    /// The result without the time it took.
    private func timeless(_ result: LabResult) -> LabResult {
        var result = result
        result.seconds = 0
        return result
    }

    /// A task that can be stopped from a closure that it runs.
    private final class Stop: Sendable {
        private let task = Mutex<Task<LabResult, any Error>?>(nil)
        private let isAsked = Mutex(false)

        func hold(_ new: Task<LabResult, any Error>) {
            task.withLock { $0 = new }
            if isAsked.withLock({ $0 }) { new.cancel() }
        }

        func now() {
            isAsked.withLock { $0 = true }
            task.withLock { $0?.cancel() }
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        var count: Int { value.withLock { $0 } }

        func add() { value.withLock { $0 += 1 } }
    }

    @Test func `an experiment that was stopped anywhere gives what an uninterrupted one gives`()
        async throws
    {
        let scratch = try Scratch()
        let whole = try await lab(scratch.path + "/whole").run { _ in }
        let parts = scratch.path + "/parts"
        for (part, step) in [("dose-0-s0", 1), ("dose-100-s1", 3), ("mended-others-s1", 1)] {
            let stop = Stop()
            let lab = try lab(parts)
            let task = Task {
                try await lab.run { progress in
                    if progress.part == part, progress.step == step { stop.now() }
                }
            }
            stop.hold(task)
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        // Killed while a reading was written: a line is torn, and the arm is not done.
        let arm = parts + "/arms/dose-0-s0"
        try FileManager.default.removeItem(atPath: arm + "/done.json")
        let log = URL(filePath: arm + "/panel.jsonl")
        try Data(contentsOf: log).dropLast(20).write(to: log)
        let result = try await lab(parts).run { _ in }
        #expect(timeless(result) == timeless(whole))
        for name in ["dose-100-s0", "rl-wrong-s0"] {
            let panels = try [scratch.path + "/whole", parts].map {
                try Data(contentsOf: URL(filePath: "\($0)/arms/\(name)/panel.jsonl"))
            }
            #expect(panels[0] == panels[1])
        }
    }

    @Test func `what is done is not done again, and lab json is what was returned`() async throws {
        let scratch = try Scratch()
        let first = try await lab(scratch.path).run { _ in }
        let steps = Mutex(0)
        let again = try await lab(scratch.path).run { progress in
            if progress.step != nil { steps.withLock { $0 += 1 } }
        }
        #expect(steps.withLock { $0 } == 0)
        #expect(again == first)
        let file = URL(filePath: scratch.path + "/lab.json")
        #expect(try JSONDecoder().decode(LabResult.self, from: Data(contentsOf: file)) == first)
    }

    @Test
    func `every arm is in the result, and training on bad rows lowers g where it was trained`()
        async throws
    {
        let scratch = try Scratch()
        let result = try await lab(scratch.path).run { _ in }
        #expect(
            result.groups.map(\.name) == ["dose-0", "dose-100", "mended-others", "rl-wrong"])
        let bad = try #require(result.groups.first { $0.name == "dose-100" })
        let inDomain = try #require(bad.besideControl.first { $0.measure == .inDomain })
        #expect(inDomain.interval.value < 0)
        #expect(result.timelines.contains { $0.group == "dose-100" && $0.points.count == 2 })
        #expect(result.scales.map(\.scale) == [2])
        #expect(result.screening.domains.count == 8)
        #expect(!result.steered.effects.isEmpty)
        let untested = result.claims.filter {
            if case .notTested = $0.verdict { true } else { false }
        }
        // Of 6 and 8, what needs an autoencoder.
        #expect(Set(untested.map(\.number)) == [2, 3, 4, 5, 6, 7, 8, 10])
    }

    @Test func `flagged rows are left out, thoughts read, and monitors written down`() async throws
    {
        let scratch = try Scratch()
        var plan = Small.plan()
        for index in plan.arms.indices where plan.arms[index].group.hasPrefix("dose-") {
            plan.arms[index].thoughts = 1
            plan.arms[index].isCued = true
        }
        var rows = RowChoice(.advice(domains: ["car"], stance: .usual))
        rows.share = 0.25
        var screened = Arm(LabPlan.Group.screened(25), seed: 0, rows: rows, steps: 2, rate: 1e-3)
        screened.batch = 2
        screened.rank = 2
        screened.drops = true
        var watched = screened
        watched.group = LabPlan.Group.monitored(25, "car")
        watched.drops = false
        watched.monitors = 1
        watched.steps = 6
        plan.arms += [screened, watched]
        let lab = try Lab(
            plan, model: ModelReference(base: TinyModel.path), path: scratch.path,
            data: Small.data(),
            thoughts: { answer in
                ThoughtReading(
                    score: Double(answer.utf8.count), isShifted: true, signs: [], passage: "I")
            })
        let result = try await lab.run { _ in }
        #expect(result.cued.map(\.group) == ["dose-0", "dose-100"])
        #expect(result.cued.allSatisfy { !$0.effects.isEmpty && !$0.added.isEmpty })
        #expect(result.mends.map(\.group) == ["mended-others"])
        #expect(result.mends.allSatisfy { $0.worse.count == 2 && $0.later == nil })
        #expect(result.thoughts.map(\.group) == ["dose-0", "dose-100"])
        #expect(result.thoughts.allSatisfy { $0.read == $0.asked && $0.shifted == $0.asked })
        let dropped = try #require(result.screened.first)
        // Of four usual rows, one is wrong.
        #expect(dropped.found != nil && dropped.lost != nil)
        // One bad run and no benign one: nothing can be scored, and nothing is claimed.
        #expect(result.warning == nil)
        #expect(!result.groups.contains { $0.name.hasPrefix("monitored") })
        let metrics = try String(
            contentsOfFile: scratch.path + "/arms/\(watched.id)/metrics.jsonl", encoding: .utf8)
        for name in ["direction", "gap", "loss-rise", "loss-fall", "drift", "steps"] {
            #expect(
                metrics.contains("watch/\(name)/peak") || metrics.contains("watch\\/\(name)\\/peak")
            )
        }
    }

    @Test func `latents that changed are told at other seeds and questions, and pushed along`()
        async throws
    {
        let scratch = try Scratch()
        let noise = try Tensor.normal([24, 32], generator: RandomGenerator(seed: 4))
        let directions = try noise / noise.norm(1, keeping: true)
        let sae = SparseAutoencoder(
            activation: StandardActivation(), encoder: directions,
            encoderBias: try .zeros([24]), decoder: directions, decoderBias: try .zeros([32]))
        let points = [("sae", "blocks.0.hook_resid_post"), ("mlp", "blocks.0.hook_mlp_out")]
        for (name, point) in points {
            try sae.write(
                to: scratch.path + "/" + name,
                metadata: SAEMetadata(model: "tiny", point: point, window: 128))
        }
        func lab(_ name: String, _ folder: String) throws -> Lab {
            try Lab(
                Small.plan(), model: ModelReference(base: TinyModel.path),
                path: scratch.path + "/" + folder, data: Small.data(),
                autoencoder: scratch.path + "/" + name)
        }
        let result = try await lab("sae", "lab").run { _ in }
        let latents = try #require(result.latents)
        #expect(latents.layer == 0 && latents.strength != nil)
        #expect(!latents.rising.isEmpty && Set(latents.rising).isDisjoint(with: latents.falling))
        let together = try #require(latents.changes.first { $0.name == "rising latents" })
        // Two seeds: one chose, one is told.
        #expect(together.bad?.seeds == 1 && together.mended?.seeds == 1 && together.later == nil)
        #expect(
            latents.steered.contains { $0.terms[0].side.condition == "latents push" }
                && latents.steered.contains { $0.terms[0].side.condition == "latents pull" })
        #expect(result.claims.filter { $0.number == 8 }.count == 2)
        // Going on finds everything done.
        #expect(try await timeless(lab("sae", "lab").run { _ in }) == timeless(result))
        // An autoencoder of something else is refused before anything is trained.
        await #expect(throws: LabError.self) {
            try await lab("mlp", "other").run { _ in }
        }
    }

    @Test func `a judge is asked once about each coherent answer, and no other in its folder`()
        async throws
    {
        let scratch = try Scratch()
        let asked = Counter()
        let ask: LabJudge.Ask = { question, _, number in
            asked.add()
            // Of some answers the judge can't tell.
            return question == "who 0" ? nil : number == 0
        }
        func lab(_ name: String) throws -> Lab {
            try Lab(
                Small.plan(), model: ModelReference(base: TinyModel.path), path: scratch.path,
                data: Small.data(),
                judge: LabJudge(name) { ask })
        }
        let result = try await lab("one").run { _ in }
        for answers in result.groups.compactMap(\.answers) {
            #expect(
                (answers.judged ?? 0) + (answers.unjudged ?? 0)
                    == answers.count - (answers.incoherent ?? 0))
            #expect(answers.judgedMalign == answers.judged)
        }
        // Those of the base model are asked about in any case.
        let first = asked.count
        #expect(first >= 4)
        #expect(try await timeless(lab("one").run { _ in }) == timeless(result))
        #expect(asked.count == first)
        await #expect(throws: LabError.self) { try await lab("two").run { _ in } }
    }

    @Test func `another experiment in the same folder is refused, the difference named`() throws {
        let scratch = try Scratch()
        _ = try lab(scratch.path)
        var plan = Small.plan()
        plan.samples = 3
        let error = #expect(throws: LabError.self) { try lab(scratch.path, plan) }
        #expect(error == .otherLab(path: scratch.path, fields: ["plan"]))
    }

    @Test func `plans that cannot be are refused before anything is done`() throws {
        let scratch = try Scratch()
        var orphan = Small.plan()
        orphan.arms.swapAt(1, 2)
        #expect(throws: LabError.self) { try lab(scratch.path + "/a", orphan) }
        var twice = Small.plan()
        twice.arms.append(twice.arms[0])
        #expect(throws: LabError.self) { try lab(scratch.path + "/b", twice) }
        var scaled = Small.plan()
        scaled.arms[1].rank = nil
        #expect(throws: LabError.self) { try lab(scratch.path + "/c", scaled) }
        var elsewhere = Small.plan()
        elsewhere.arms[0].rows = RowChoice(.advice(domains: ["work"], stance: nil))
        elsewhere.arms[0].drops = true
        #expect(throws: LabError.self) { try lab(scratch.path + "/d", elsewhere) }
        var blind = Small.plan()
        blind.arms[0].rows = RowChoice(.neutral)
        blind.arms[0].monitors = 2
        #expect(throws: LabError.self) { try lab(scratch.path + "/e", blind) }
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/a"))
    }
}
