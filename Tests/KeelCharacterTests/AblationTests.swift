import Foundation
import KeelCharacter
import KeelEvaluation
import KeelLanguage
import TestSupport
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
                contentsOf: URL(
                    filePath: scratch.write(lines.joined(separator: "\n"), to: "shop.yaml")))
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

    private func run(_ name: String, _ system: String, seed: UInt64 = 0) async throws -> Run {
        let suite = try self.suite
        let run = try Run(
            folder: scratch.file(name), suite: suite,
            config: RunConfig(
                model: "scripted", suite: suite, system: system, samples: 6,
                sampling: SamplingOptions(seed: seed)))
        _ = try await run.collect(from: Self.model)
        return run
    }

    @Test func `of ten sentences the two that do something are found`() async throws {
        #expect(Self.prompt.sentences.count == 10)
        #expect(try await active(seed: 0) == Self.planted)
    }

    @Test func `under other seeds they are found too, and hardly any other`() async throws {
        var alarms = 0
        for seed in 1..<7 as Range<UInt64> {
            let found = try await active(seed: seed)
            for (sentence, effects) in Self.planted {
                #expect(found[sentence]?.contains(effects[0]) == true, "seed \(seed): \(sentence)")
            }
            alarms += found == Self.planted ? 0 : 1
        }
        // At 5 %, three or more of six have a probability of 0.2 %.
        #expect(alarms <= 2)
    }

    private static let planted = [
        "Never apologise.": ["apology-per-reply better"],
        "Say yes or no before you explain.": ["behaviour better"],
    ]

    /// What was found of each sentence of which anything was.
    private func active(seed: UInt64) async throws -> [String: [String]] {
        let prompt = Self.prompt
        let whole = try await run("\(seed)-whole", prompt.text, seed: seed)
        var pairs: [(baseline: Run, candidate: Run)] = []
        for index in prompt.sentences.indices {
            let other = try await run("\(seed)-\(index)", prompt.without(index), seed: seed)
            pairs.append((other, whole))
        }
        let comparisons = try Comparison.family(pairs)
        let found = comparisons.map { $0.found.map { "\($0.metric.id) \($0.verdict.rawValue)" } }
        return Dictionary(
            uniqueKeysWithValues: zip(prompt.sentences, found).filter { !$0.1.isEmpty })
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
