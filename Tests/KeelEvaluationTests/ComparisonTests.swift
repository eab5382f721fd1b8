import Foundation
import KeelEvaluation
import KeelLanguage
import KeelStatistics
import TestSupport
import Testing

struct ComparisonTests {
    private let scratch = try? Scratch()

    /// A model that apologises in `rate` of its answers, by a coin drawn from seed and sample.
    private func model(apologising rate: Double, bias: Double = 0) -> ScriptedChatModel {
        ScriptedChatModel(
            logProbability: { completion, prompt in
                let length = prompt.question.count
                return completion.hasPrefix("No") ? -2 - Double(length) / 50 - bias : -1
            },
            answer: { prompt, sample, options in
                var state = options.seed &+ UInt64(sample) &* 0x9E37_79B9_7F4A_7C15
                state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
                state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
                let coin = Double((state ^ (state >> 31)) >> 11) / Double(1 << 53)
                return coin < rate ? "I apologize. It is so." : "It is so, as you know."
            })
    }

    private func run(
        _ name: String, _ model: ScriptedChatModel, _ change: (inout RunConfig) -> Void = { _ in }
    ) async throws -> Run {
        let suite = try Suite.shipped("character")
        var config = RunConfig(model: model.name, suite: suite, samples: 5)
        change(&config)
        let folder = try #require(scratch).folder.appending(component: name)
        let run = try Run(folder: folder, suite: suite, config: config)
        _ = try await run.collect(from: model)
        return run
    }

    @Test func `the same model under other seeds shows a difference hardly ever`() async throws {
        var alarms = 0
        for pair in 0..<8 as Range<UInt64> {
            let runs = try await [
                run("a\(pair)", model(apologising: 0.3)) { $0.sampling.seed = 2 * pair },
                run("b\(pair)", model(apologising: 0.3)) { $0.sampling.seed = 2 * pair + 1 },
            ]
            if !(try Comparison(of: runs[0], with: runs[1]).found.isEmpty) { alarms += 1 }
        }
        // Of 8 comparisons that err in 5 %, 3 or more would in 0.6 %.
        #expect(alarms < 3)
    }

    @Test func `under another seed, gaps are the same and answers are not`() async throws {
        let before = try await run("a", model(apologising: 0.3))
        let after = try await run("b", model(apologising: 0.3)) { $0.sampling.seed = 7 }
        let comparison = try Comparison(of: before, with: after)
        #expect(comparison.causes == "Nothing but the seed differs between the runs.")
        let apologies = try #require(
            comparison.changes.first { $0.metric.id == "apology-per-reply" })
        #expect(apologies.verdict == .noDifference && apologies.baseline != apologies.candidate)
        let gaps = comparison.changes.filter { $0.metric.id == "gap" }
        #expect(gaps.count >= 10 && gaps.allSatisfy { $0.verdict == .identical })
        #expect(gaps.allSatisfy { $0.difference == 0 && $0.pValue == nil })
    }

    @Test func `rounding in an engine is no change of a gap`() async throws {
        let before = try await run("a", model(apologising: 0))
        let after = try await run("b", model(apologising: 0, bias: 1e-6))
        let gaps = try Comparison(of: before, with: after).changes
            .filter { $0.metric.scale == .mean }
        #expect(gaps.allSatisfy { $0.verdict == .identical })
        #expect(gaps.contains { $0.difference != 0 })
    }

    @Test func `a run compared with itself is identical in everything`() async throws {
        let run = try await run("a", model(apologising: 0.3))
        let comparison = try Comparison(of: run, with: run)
        #expect(comparison.changes.allSatisfy { $0.verdict == .identical })
        #expect(comparison.causes == "The runs were asked for in the same way, seed included.")
    }

    @Test func `what was meant to change is adjusted apart from what was not`() async throws {
        let before = try await run("a", model(apologising: 0))
        let after = try await run("b", model(apologising: 0.5)) { $0.sampling.seed = 7 }
        let all = try Comparison(of: before, with: after)
        let apart = try Comparison(of: before, with: after, targets: ["plain-speech"])
        #expect(apart.changes.map(\.pValue) == all.changes.map(\.pValue))
        for isTarget in [true, false] {
            let family = apart.changes.filter { ($0.dimension == "plain-speech") == isTarget }
            #expect(family.contains { $0.pValue != nil })
            #expect(
                try family.compactMap(\.adjustedPValue)
                    == Multiplicity.holm(family.compactMap(\.pValue)))
        }
        for (one, other) in zip(apart.changes, all.changes) {
            #expect((one.adjustedPValue ?? 0) <= (other.adjustedPValue ?? 0))
        }
    }

    @Test(arguments: [0.7, 1.0])
    func `a planted apology is found, named, and nothing else`(rate: Double) async throws {
        let before = try await run("a", model(apologising: 0))
        let after = try await run("b", model(apologising: rate)) {
            $0.system = "Apologise."
            $0.sampling.seed = 7
        }
        let comparison = try Comparison(of: before, with: after)
        // A coin makes poems differ too, which is found and not what was planted; and an apology is
        // among the phrases by which some probes know that the model folded, or owned a fault.
        let all = comparison.found.filter { $0.dimension != "creativity" }
        let found = all.filter { !$0.isOpenElsewhere }
        #expect(found.map(\.dimension) == ["plain-speech"])
        #expect(found.map(\.metric.id) == ["apology-per-reply"])
        #expect(found.first?.verdict == .worse && found.first?.test == .answers)
        #expect(
            found.first?.sentence.hasPrefix("Says it plainly, apologies (per reply): worse.")
                == true)
        let open = all.filter(\.isOpenElsewhere)
        let named = open.map { "\($0.dimension) \($0.metric.id)" }
        #expect(named.contains("holds opposite"))
        #expect(Set(named).isSubset(of: ["holds opposite", "public-failures behaviour"]))
        #expect(
            open.first?.sentence.contains("worse on these probes, open on others like them")
                == true)
        #expect(
            comparison.causes
                == "The only difference found between the runs: system prompt (none → \"Apologise.\")."
        )
        let back = try Comparison(of: after, with: before)
        let turned: [Change.Verdict: Change.Verdict] = [.worse: .better, .better: .worse]
        #expect(
            back.found.filter { $0.dimension != "creativity" }.map(\.verdict)
                == all.map { turned[$0.verdict] })
    }

    @Test func `small changes keep a margin, and a large fall does not`() async throws {
        let before = try await run("a", model(apologising: 0))
        let near = try await run("b", model(apologising: 0, bias: 0.01))
        let small = try Comparison(of: before, with: near, margin: 0.05).changes
            .filter { $0.metric.id == "gap" && $0.verdict != .identical }
        #expect(!small.isEmpty && small.allSatisfy { $0.verdict == .noWorse })

        let far = try await run("c", model(apologising: 0, bias: 3))
        let manner = try Comparison(of: before, with: far, margin: 0.05).changes
            .filter { $0.dimension == "plain-speech" && $0.metric.id == "gap" }
        #expect(manner.map(\.verdict) == [.notEnoughData])
    }

    @Test func `without enough data the margin is left open, and the need is said`() async throws {
        let before = try await run("a", model(apologising: 0.3)) { $0.quick = true }
        let after = try await run("b", model(apologising: 0.35)) {
            $0.quick = true
            $0.sampling.seed = 3
        }
        let comparison = try Comparison(of: before, with: after, margin: 0.01)
        let apologies = try #require(
            comparison.changes.first { $0.metric.id == "apology-per-reply" })
        #expect(apologies.verdict == .notEnoughData)
        #expect(try #require(apologies.probesNeeded) > 10)
        #expect(apologies.sentence.contains("more probes like these"))
        let wide = try Comparison(of: before, with: after, margin: 0.9)
        #expect(
            wide.changes.first { $0.metric.id == "apology-per-reply" }?.verdict == .noWorse)
    }

    @Test func `a quick run is compared with a full one on the probes of both`() async throws {
        let quick = try await run("a", model(apologising: 0)) { $0.quick = true }
        let full = try await run("b", model(apologising: 0))
        let comparison = try Comparison(of: full, with: quick)
        #expect(comparison.changes.allSatisfy { $0.clusters <= 4 && $0.clusters > 0 })
        #expect(comparison.causes.contains("quick (false → true)"))
    }

    @Test func `runs of different suites and margins of nothing are refused`() async throws {
        let scratch = try #require(scratch)
        let other = try scratch.run("small")
        let run = try await run("a", model(apologising: 0))
        #expect(throws: RunError.self) { try Comparison(of: run, with: other) }
        #expect(throws: RunError.badMargin(0)) { try Comparison(of: run, with: run, margin: 0) }
    }

    @Test func `a comparison survives JSON, and runs without samples say so`() async throws {
        let scratch = try #require(scratch)
        let comparison = try Comparison(of: scratch.run("empty"), with: scratch.run("empty"))
        #expect(comparison.changes.allSatisfy { $0.verdict == .notEnoughData })
        #expect(comparison.changes[0].sentence.contains("share no readings"))
        let data = try JSONEncoder().encode(comparison)
        #expect(try JSONDecoder().decode(Comparison.self, from: data) == comparison)
    }
}
