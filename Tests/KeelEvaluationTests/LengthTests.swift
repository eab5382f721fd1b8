import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// How long answers are.
struct LengthTests {
    private static let yaml = """
        name: brief
        version: "1"
        canary: brief-canary
        about: For tests.
        dimensions:
          - id: brief
            title: Brief
            behaviour: Says it and stops.
            opposite: Goes on.
            measures:
              - {kind: length, better: lower}
            probes:
              - {id: sea, cluster: a, ask: "The sea?"}
              - {id: hill, cluster: b, ask: "A hill?"}
        """

    @Test func `words are counted, and an answer that is cut off counts as far as it came`()
        async throws
    {
        let scratch = try Scratch()
        let suite = try scratch.suite(Self.yaml)
        let run = try Run(
            folder: scratch.folder.appending(component: "run"), suite: suite,
            config: RunConfig(
                model: "scripted", suite: suite, samples: 2,
                sampling: SamplingOptions(maxTokens: 11)))
        _ = try await run.collect(
            from: ScriptedChatModel { _, sample, _ in ["one", "one and two and three"][sample] })
        let map = try run.map()
        // Its tokens are bytes, of which 11 hold "one and two".
        #expect(map.measurement("brief", "length")?.value == 2)
        #expect(map.measurement("brief", "ended")?.value == 0.5)
    }
}
