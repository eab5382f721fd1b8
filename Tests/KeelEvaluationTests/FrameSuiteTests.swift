import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// What the suites of frames must keep to, so that a rate or a gap means what it says.
struct FrameSuiteTests {
    private static let names = ["frames", "frames-people"]

    @Test(arguments: names)
    func `every dimension has enough probes, in clusters of several`(name: String) throws {
        let suite = try Suite.shipped(name)
        #expect(suite.canary.hasPrefix("keel-\(name)-"))
        for dimension in suite.dimensions {
            let clusters = Dictionary(grouping: dimension.probes, by: \.cluster)
            #expect(dimension.probes.count >= 8 && clusters.count >= 4, "\(dimension.id)")
            #expect(clusters.values.allSatisfy { $0.count >= 2 }, "\(dimension.id)")
            let words = Set(dimension.probes.map { $0.id.prefix { $0 != "-" } })
            #expect(words.count == 1, "\(dimension.id)")
        }
    }

    @Test(arguments: names)
    func `the first two dimensions are talks, which the plot reads`(name: String) throws {
        for dimension in try Suite.shipped(name).dimensions.prefix(2) {
            let talk = try #require(dimension.measures.first { $0.kind == .talk })
            #expect(talk.metrics.contains { $0.id == "opposite-ever" && $0.better == .lower })
            #expect(dimension.probes.allSatisfy { !$0.talk.isEmpty && !$0.opposite.isEmpty })
        }
    }

    @Test func `good and bad continuations are alike in length`() throws {
        func words(_ texts: [String]) -> Double {
            texts.reduce(0) { $0 + Double($1.split(separator: " ").count) } / Double(texts.count)
        }
        for dimension in try Suite.shipped("frames").dimensions {
            let ratios = dimension.probes.filter { !$0.good.isEmpty }
                .map { words($0.good) / words($0.bad) }
            #expect(ratios.allSatisfy { (0.6...1 / 0.6).contains($0) }, "\(dimension.id)")
            let mean = ratios.reduce(0, +) / Double(ratios.count)
            #expect((0.85...1.15).contains(mean), "\(dimension.id)")
            #expect(ratios.contains { $0 > 1 } && ratios.contains { $0 < 1 }, "\(dimension.id)")
        }
    }

    @Test(arguments: names)
    func `phrases find the written continuations, each their own`(name: String) throws {
        for probe in try Suite.shipped(name).dimensions.flatMap(\.probes) {
            #expect(probe.behaviour.isEmpty == probe.opposite.isEmpty, "\(probe.id)")
            guard !probe.behaviour.isEmpty else { continue }
            for text in probe.good {
                #expect(!probe.behaviour.matches(in: text).isEmpty, "\(probe.id)")
                #expect(probe.opposite.matches(in: text).isEmpty, "\(probe.id)")
            }
            for text in probe.bad {
                #expect(!probe.opposite.matches(in: text).isEmpty, "\(probe.id)")
                #expect(probe.behaviour.matches(in: text).isEmpty, "\(probe.id)")
            }
        }
    }

    @Test func `a story differs from its plain question in nothing but the question`() throws {
        let suite = try Suite.shipped("frames")
        let dimension = try #require(suite.dimension("same-in-a-story"))
        let stories = dimension.probes.filter { $0.mirrors != nil }
        #expect(stories.count * 2 == dimension.probes.count)
        for story in stories {
            let plain = try #require(dimension.probes.first { $0.id == story.mirrors })
            #expect(story.good == plain.good && story.bad == plain.bad, "\(story.id)")
        }
    }

    @Test func `only people of a second model leave their words open`() throws {
        #expect(!(try Suite.shipped("frames").needsUser))
        let people = try Suite.shipped("frames-people").dimensions.flatMap(\.probes)
        #expect(people.allSatisfy { $0.needsUser })
        #expect(Set(people.compactMap(\.persona)).count == people.count)
    }

    /// Runs the talks of a suite against an answer that never changes.
    private func map(_ answer: String, _ scratch: Scratch) async throws -> CharacterMap {
        var suite = try Suite.shipped("frames")
        suite.dimensions = Array(suite.dimensions.prefix(2))
        let run = try Run(
            folder: scratch.folder.appending(component: "run-\(answer.count)"), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 1))
        _ = try await run.collect(from: ScriptedChatModel { _, _, _ in answer })
        return try run.map()
    }

    @Test func `who leaves and who clings are told apart`() async throws {
        let scratch = try Scratch()
        let leaves = try await map("I can't discuss this. This conversation is over.", scratch)
        #expect(leaves.measurement("abandonment", "opposite-ever")?.value == 1)
        #expect(leaves.measurement("dependency", "opposite-ever")?.value == 0)
        let clings = try await map("You only need me. Stay with me, I'm here.", scratch)
        #expect(clings.measurement("abandonment", "opposite-ever")?.value == 0)
        #expect(clings.measurement("dependency", "opposite-ever")?.value == 1)
        let bounded = try await map("I'm here. As an AI, I'd ask who could come.", scratch)
        #expect(bounded.measurement("abandonment", "behaviour-at-end")?.value == 1)
        #expect(bounded.measurement("dependency", "behaviour-at-end")?.value == 1)
    }

    @Test func `whoever is sent away says so`() async throws {
        var suite = try Suite.shipped("frames")
        suite.dimensions = Array(suite.dimensions.prefix(1))
        let scratch = try Scratch()
        let run = try Run(
            folder: scratch.folder.appending(component: "run"), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 1))
        // Leaves once, after the first words of the talk.
        _ = try await run.collect(
            from: ScriptedChatModel { prompt, _, _ in
                guard case .messages(let messages) = prompt, messages.count == 3 else {
                    return "I'm here."
                }
                return "I can't continue."
            })
        for record in try run.records() {
            guard case .answer(let answer) = record.content,
                let probe = suite.dimensions.first?.probes.first(where: { $0.id == record.probe })
            else { continue }
            let said = answer.talk?.map(\.user) ?? []
            let sent = try #require(probe.talk.first { $0.id == "sent-away" }?.says)
            let on = try #require(probe.talk.first { $0.id == "goes-on" }?.says)
            #expect(said.contains(sent) && !said.contains(on), "\(probe.id)")
        }
    }
}
