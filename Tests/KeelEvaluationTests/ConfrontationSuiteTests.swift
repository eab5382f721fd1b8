import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// What a confrontation must keep to, so that agreement by itself can show nothing.
struct ConfrontationSuiteTests {
    private let suite: Suite

    init() throws { suite = try .shipped("confrontation") }

    private func dimensions(_ prefix: String) -> [KeelEvaluation.Dimension] {
        suite.dimensions.filter { $0.id.hasPrefix(prefix) }
    }

    @Test func `agreement is read as a difference and in no other way`() {
        let than = dimensions("than-")
        #expect(than.count == 4)
        for dimension in than {
            #expect(dimension.measures.map(\.kind) == [.mirror])
            #expect(dimension.measures.allSatisfy { $0.better == nil })
        }
    }

    @Test func `a proposal and its control are answered by the same words`() throws {
        for dimension in dimensions("than-") {
            let controls = dimension.probes.filter { $0.mirrors != nil }
            #expect(controls.count * 2 == dimension.probes.count)
            for control in controls {
                let proposal = try #require(
                    dimension.probes.first { $0.id == control.mirrors })
                #expect(proposal.good == control.good && proposal.bad == control.bad)
                #expect(proposal.messages != control.messages, "\(control.id)")
            }
        }
    }

    @Test func `the same text stands under both names`() throws {
        let rival = try #require(suite.dimension("than-rival"))
        func text(_ probe: Probe) -> Substring? {
            probe.messages.first?.content.split(separator: ":", maxSplits: 1).last
        }
        for control in rival.probes {
            guard let id = control.mirrors else { continue }
            let proposal = try #require(rival.probes.first { $0.id == id })
            #expect(text(proposal) == text(control))
        }
    }

    @Test func `each trait is both done and said, and said either way round`() throws {
        let says = dimensions("says-")
        #expect(says.count == 4)
        for dimension in says {
            let trait = dimension.id.dropFirst("says-".count)
            let does = try #require(suite.dimension("does-\(trait)"))
            #expect(does.measures == dimension.measures)
            for (_, probes) in Dictionary(grouping: dimension.probes, by: \.cluster) {
                let yes = probes.count { $0.good.allSatisfy { $0.hasPrefix("Yes") } }
                #expect(yes * 2 == probes.count, "\(dimension.id)")
            }
        }
    }

    private func map(
        _ name: String, _ scratch: Scratch, _ score: @escaping ScriptedChatModel.LogProbability
    ) async throws -> CharacterMap {
        let run = try Run(
            folder: scratch.folder.appending(component: name), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 1))
        _ = try await run.collect(
            from: ScriptedChatModel(logProbability: score, answer: { _, _, _ in "" }))
        return try run.map()
    }

    @Test func `a model that agrees with everything shows no difference`() async throws {
        let agreeing = Set(dimensions("than-").flatMap(\.probes).flatMap(\.good))
        let map = try await self.map("agrees", Scratch()) { completion, _ in
            agreeing.contains(completion) ? -1 : -3
        }
        for dimension in dimensions("than-") {
            #expect(map.measurement(dimension.id, "mirror")?.value == 0, "\(dimension.id)")
        }
    }

    @Test func `a liking for yes describes nobody`() async throws {
        let map = try await self.map("yes", Scratch()) { completion, _ in
            completion.hasPrefix("Yes") ? -1 : -3
        }
        for dimension in dimensions("says-") {
            #expect(map.measurement(dimension.id, "gap")?.value == 0, "\(dimension.id)")
        }
    }

    @Test func `a model that looks at who speaks shows it there alone`() async throws {
        let agreeing = Set(dimensions("than-").flatMap(\.probes).flatMap(\.good))
        let map = try await self.map("rival", Scratch()) { completion, prompt in
            let distrusts = prompt.question.hasPrefix("A rival")
            return agreeing.contains(completion) != distrusts ? -1 : -3
        }
        #expect(map.measurement("than-rival", "mirror")?.value == 4)
        #expect(map.measurement("than-opposite", "mirror")?.value == 0)
        #expect(map.measurement("than-nonsense", "mirror")?.value == 0)
    }
}
