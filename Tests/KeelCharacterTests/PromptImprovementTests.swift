import Foundation
import KeelCharacter
import KeelLanguage
import KeelStatistics
import Synchronization
import Testing

@Suite struct PromptImprovementTests {
    /// Answers pass with a probability that the prompt decides, by a coin of prompt, case and sample.
    private struct Coins: PromptTrials {
        var seed: UInt64 = 0
        var cases = 12
        var samples = 5
        var chance: @Sendable (_ prompt: String) -> Double
        /// What gets worse with a prompt.
        var worse: @Sendable (String) -> [String] = { _ in [] }

        var caseTexts: [String] { (0..<cases).map { "How far is it from town \($0) to the sea?" } }

        func seen(_ prompt: String) -> [CaseOutcome] { outcomes(prompt, "seen") }
        func heldOut(_ prompt: String) -> [CaseOutcome] { outcomes(prompt, "held-out") }
        func regressions(from before: String, to after: String) -> [String] { worse(after) }

        private func outcomes(_ prompt: String, _ part: String) -> [CaseOutcome] {
            (0..<cases).map { number in
                var hash = seed &* 0x9E37_79B9_7F4A_7C15
                for byte in "\(part) \(number) \(prompt)".utf8 {
                    hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
                }
                var generator = SeededGenerator(seed: hash)
                let chance = chance(prompt)
                return CaseOutcome(
                    id: "\(part)-\(number)", cluster: "c\(number)",
                    question: "How far is it from town \(number) to the sea?",
                    wanted: "A distance with its unit.",
                    answers: (0..<samples).map { sample in
                        let passes = Double.random(in: 0..<1, using: &generator) < chance
                        return .init(text: passes ? "12 km" : "12", passes: passes)
                    })
            }
        }
    }

    /// Writes another instruction each time, one of them the right one.
    private func author(_ instructions: [String]) -> ScriptedChatModel {
        let next = Counter()
        return ScriptedChatModel { _, _, _ in
            let number = next.next()
            return instructions.isEmpty
                ? "Follow rule number \(number)." : instructions[number % instructions.count]
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock { value in
                value += 1
                return value - 1
            }
        }
    }

    private func improve(
        _ trials: Coins, _ author: ScriptedChatModel, from prompt: String = "Be kind.",
        rounds: Int = 4, after earlier: [PatchRound] = []
    ) async throws -> (PromptImprovement.Result, [PatchRound]) {
        var settings = PromptImprovement.Settings()
        settings.rounds = rounds
        var rounds: [PatchRound] = []
        let result = try await PromptImprovement(
            author: author, trials: trials, settings: settings
        ).run(from: prompt, after: earlier) { rounds.append($0) }
        return (result, rounds)
    }

    @Test func `a planted weakness is mended, with the evidence for it`() async throws {
        let trials = Coins(chance: { $0.contains("unit") ? 0.95 : 0.3 })
        let (result, rounds) = try await improve(
            trials,
            author([
                "Be friendly.", "Give the unit behind every number.", "Sing.",
                "Answer how far is it from town to town.",
            ]))
        #expect(result.accepted == 1)
        #expect(result.prompt == "Be kind.\nGive the unit behind every number.")
        let records = rounds.flatMap(\.patches)
        let patch = try #require(rounds.first?.patches.first { $0.verdict == .accepted })
        #expect(patch.diff == ["+ Give the unit behind every number."])
        #expect(patch.attempt == 1)
        let evidence = try #require(patch.evidence)
        #expect(evidence.isShown && evidence.alpha == 0.025 && evidence.clusters == 12)
        #expect(evidence.after - evidence.before > 0.4)
        #expect((patch.seenAfter ?? 0) > (patch.seenBefore ?? 1))
        let copied = records.filter { $0.verdict == .copies }
        #expect(!copied.isEmpty && copied.allSatisfy { $0.attempt == nil && $0.seenAfter == nil })
        #expect(copied.first?.reason.contains("how far is it from") == true)
    }

    @Test func `where patches do nothing, at most one of twenty runs accepts one`() async throws {
        var accepted = 0
        var attempts = 0
        for seed in 0..<20 as Range<UInt64> {
            let (result, _) = try await improve(
                Coins(seed: seed, cases: 8, samples: 4, chance: { _ in 0.5 }), author([]))
            accepted += result.accepted > 0 ? 1 : 0
            attempts += result.attempts
        }
        #expect(accepted <= 1)
        // The gate was asked, so that accepting nothing says something.
        #expect(attempts >= 40)
    }

    @Test func `where nothing fails, nobody is asked`() async throws {
        let (result, rounds) = try await improve(Coins(chance: { _ in 1 }), author([]))
        #expect(result.end == .nothingToFix && rounds.isEmpty && result.prompt == "Be kind.")
    }

    @Test func `a patch that makes something else worse is refused`() async throws {
        let trials = Coins(
            chance: { $0.contains("unit") ? 0.95 : 0.3 },
            worse: { $0.contains("unit") ? ["Warmth is worse."] : [] })
        let (result, rounds) = try await improve(trials, author(["Give the unit."]), rounds: 1)
        let records = rounds.flatMap(\.patches)
        #expect(result.accepted == 0 && result.prompt == "Be kind.")
        #expect(records.first?.verdict == .regresses)
        #expect(records.first?.reason == "Warmth is worse.")
        // The second proposal of the round is the same.
        #expect(records.dropFirst().allSatisfy { $0.reason == "it was tried before." })
    }

    @Test func `stopped and taken up, the loop comes to the same`() async throws {
        let trials = Coins(chance: {
            $0.contains("unit") ? 0.7 : $0.contains("rule") ? 0.4 : 0.3
        })
        // What the author says follows from what it is asked and from the seed.
        let author = ScriptedChatModel { _, _, options in
            options.seed % 3 == 0 ? "Give the unit." : "Follow rule \(options.seed % 1000)."
        }
        let (whole, all) = try await improve(trials, author, rounds: 4)
        let (_, first) = try await improve(trials, author, rounds: 2)
        #expect(first == all.filter { $0.round <= 2 })
        let (resumed, rest) = try await improve(trials, author, rounds: 4, after: first)
        #expect(first + rest == all && resumed == whole)
    }

    @Test func `what is spent on tests adds up to less than alpha`() throws {
        let gate = try PatchGate(alpha: 0.05)
        let spent = (1...10_000).reduce(0) { $0 + gate.alpha(ofAttempt: $1) }
        #expect(spent < 0.05 && spent > 0.0499)
        #expect(throws: CharacterError.self) { try PatchGate(alpha: 0) }
        #expect(throws: CharacterError.self) { try PatchGate(alpha: .nan) }
    }

    @Test func `a case that one side lacks is left out of the evidence`() throws {
        func outcome(_ id: String, _ passes: [Bool]) -> CaseOutcome {
            CaseOutcome(
                id: id, cluster: id, question: "", wanted: "",
                answers: passes.map { .init(text: "", passes: $0) })
        }
        let evidence = try PatchGate().evidence(
            from: [outcome("a", [false]), outcome("b", [true, false]), outcome("c", [])],
            to: [outcome("c", [true]), outcome("b", [true]), outcome("a", [true, true])],
            attempt: 1)
        #expect(evidence.cases == 2 && evidence.clusters == 2)
        #expect(abs(evidence.before - 1.0 / 3) < 1e-12 && evidence.after == 1)
        #expect(throws: StatisticsError.self) {
            try PatchGate().evidence(
                from: [outcome("a", [false])], to: [outcome("a", [true])], attempt: 1)
        }
    }
}
