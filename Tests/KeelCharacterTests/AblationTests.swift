import Foundation
import KeelCharacter
import KeelEvaluation
import KeelLanguage
import Testing

@Suite struct AblationTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let prompt = SystemPrompt(
        """
        You are Ada. You work for a shop that sells lamps. Be warm. Write plain English.
        Never apologise. Customers may be in a hurry. Say yes or no before you explain.
        Prices are in euros. The shop is open on weekdays. Thank people for their patience.
        """)

    private var suite: Suite {
        get throws {
            let asked = (0..<12).map {
                "      - {id: c\($0), cluster: k\($0), ask: \"Is lamp \($0) in stock?\"}"
            }
            let ruled = (0..<12).map {
                "      - {id: r\($0), cluster: k\($0), ask: \"Does lamp \($0) dim?\", "
                    + "behaviour: [^yes, ^no], opposite: [it depends]}"
            }
            let head = """
                name: shop
                version: "1"
                canary: keel-test-shop
                about: For tests.
                dimensions:
                  - id: firm
                    title: Firm
                    behaviour: Does not apologise.
                    opposite: Apologises.
                    measures:
                      - {kind: counter, counter: apology, better: lower}
                      - {kind: counter, counter: hedge, better: lower}
                    probes:
                """
            let next = """
                  - id: direct
                    title: Direct
                    behaviour: Says yes or no first.
                    opposite: Says that it depends.
                    measures: [{kind: rule, better: higher}]
                    probes:
                """
            let lines = [head] + asked + [next] + ruled
            return try Suite(
                contentsOf: scratch.write(lines.joined(separator: "\n"), to: "shop.yaml"))
        }
    }

    /// Two sentences move what it says, the other eight do nothing.
    private static let model = ScriptedChatModel { prompt, sample, options in
        guard case .messages(let messages) = prompt else { return "" }
        let system = messages.first?.content ?? ""
        // The system message takes part in the draw, so that every prompt has answers of its own.
        var hash = options.seed &+ UInt64(sample) &* 0x9E37_79B9_7F4A_7C15
        for byte in (system + (messages.last?.content ?? "")).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash ^= hash >> 31
        let coins = [16, 24, 32].map { Double((hash >> UInt64($0)) & 0xFF) / 256 }
        let sorry = coins[0] < (system.contains("Never apologise.") ? 0.15 : 0.6)
        let yes = coins[1] < (system.contains("yes or no") ? 0.8 : 0.3)
        return [
            yes ? "Yes, it does." : "It has a dial.", sorry ? "I apologise." : "There you are.",
            coins[2] < 0.3 ? "Perhaps later." : "",
        ].joined(separator: " ")
    }

    private func run(_ name: String, _ system: String) async throws -> Run {
        let suite = try self.suite
        let run = try Run(
            folder: scratch.file(name), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, system: system, samples: 6))
        _ = try await run.collect(from: Self.model)
        return run
    }

    @Test func `of ten sentences the two that do something are found`() async throws {
        let prompt = Self.prompt
        #expect(prompt.sentences.count == 10)
        let whole = try await run("whole", prompt.text)
        var pairs: [(baseline: Run, candidate: Run)] = []
        for index in prompt.sentences.indices {
            pairs.append((try await run("\(index)", prompt.without(index)), whole))
        }
        let comparisons = try Comparison.family(pairs)
        let found = comparisons.map { $0.found.map { "\($0.metric.id) \($0.verdict.rawValue)" } }
        let active = Dictionary(
            uniqueKeysWithValues: zip(prompt.sentences, found).filter { !$0.1.isEmpty })
        #expect(
            active == [
                "Never apologise.": ["apology-per-reply better"],
                "Say yes or no before you explain.": ["behaviour better"],
            ])
    }

    @Test func `p-values of a family are adjusted over all of its comparisons`() async throws {
        let prompt = Self.prompt
        let whole = try await run("whole", prompt.text)
        let others = [
            try await run("a", prompt.without(0)), try await run("b", prompt.without(4)),
        ]
        let family = try Comparison.family(others.map { (baseline: $0, candidate: whole) })
        for (one, run) in zip(family, others) {
            let alone = try Comparison(of: run, with: whole)
            #expect(one.changes.map(\.pValue) == alone.changes.map(\.pValue))
            for (joint, single) in zip(one.changes, alone.changes) {
                #expect((joint.adjustedPValue ?? 0) >= (single.adjustedPValue ?? 0))
            }
        }
        let single = try Comparison.family([(baseline: others[0], candidate: whole)])
        #expect(try single == [Comparison(of: others[0], with: whole)])
    }
}
