import Foundation
import KeelCharacter
import KeelLanguage
import KeelStatistics
import Testing

/// The loop on a model whose answers are noise about a rate of each case, as those of a real one are.
@Suite struct PromptWorkshopTests {
    /// Asks a model each case so many times, in a fresh context; an answer is wanted with a unit.
    private struct ModelTrials: PromptTrials {
        var model: ScriptedChatModel
        var seed: UInt64
        var samples = 4
        /// Two cases to a cluster, in two parts.
        let seenCases = 0..<24
        let heldCases = 24..<48

        static func question(_ number: Int) -> String { "From town \(number) to the sea, how far?" }

        var caseTexts: [String] { (0..<48).map(Self.question) }

        func seen(_ prompt: String) async throws -> [CaseOutcome] {
            try await outcomes(prompt, seenCases)
        }
        func heldOut(_ prompt: String) async throws -> [CaseOutcome] {
            try await outcomes(prompt, heldCases)
        }
        func regressions(from before: String, to after: String) -> [String] { [] }

        private func outcomes(
            _ prompt: String, _ cases: Range<Int>
        ) async throws -> [CaseOutcome] {
            var outcomes: [CaseOutcome] = []
            for number in cases {
                let asked = Prompt.user(Self.question(number)).withSystem(prompt)
                let answers = try await model.complete(
                    asked, samples: 0..<samples, options: SamplingOptions(seed: seed))
                outcomes.append(
                    CaseOutcome(
                        id: "\(number)", cluster: "\(number / 2)", question: Self.question(number),
                        wanted: "A distance with its unit.",
                        answers: answers.map {
                            .init(text: $0.text, passes: $0.text.hasSuffix("km"))
                        }))
            }
            return outcomes
        }
    }

    /// Gives the unit at a rate of each town's own, and by so much more often where it is told to.
    private func model(gain: Double) -> ScriptedChatModel {
        ScriptedChatModel { prompt, sample, options in
            guard case .messages(let messages) = prompt else { return "" }
            let text = messages.map(\.content).joined(separator: "|")
            var hash = options.seed &+ UInt64(sample) &* 0x9E37_79B9_7F4A_7C15
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            var generator = SeededGenerator(seed: hash)
            let digits = (messages.last?.content ?? "").filter(\.isNumber)
            let town = SeededGenerator(seed: (UInt64(digits) ?? 0) / 2).first
            let rate = 0.15 + 0.7 * Double(town % 1000) / 1000
            let told = messages.first?.content.contains("Give the unit") == true ? gain : 0
            let gives = Double.random(in: 0..<1, using: &generator) < min(0.97, rate + told)
            return gives ? "12 km" : "12"
        }
    }

    /// One instruction in three is the right one; what it says follows from what it is asked.
    private let author = ScriptedChatModel { prompt, _, options in
        switch options.seed % 3 {
        case 0: "Give the unit behind every number."
        case 1: "Speak in verse, mark \(options.seed % 997)."
        default: "Be friendlier, mark \(options.seed % 991)."
        }
    }

    private func improve(
        gain: Double, seed: UInt64
    ) async throws -> (PromptImprovement.Result, [PatchRound]) {
        var settings = PromptImprovement.Settings()
        settings.rounds = 4
        settings.writing.seed = seed
        var rounds: [PatchRound] = []
        let result = try await PromptImprovement(
            author: author, trials: ModelTrials(model: model(gain: gain), seed: seed),
            settings: settings
        ).run(from: "Be kind.") { rounds.append($0) }
        return (result, rounds)
    }

    @Test func `on a noisy model with nothing to fix, twenty runs accept at most one patch`()
        async throws
    {
        var accepted = 0
        var tests = 0
        for seed in 0..<20 as Range<UInt64> {
            let (result, rounds) = try await improve(gain: 0, seed: seed)
            accepted += result.accepted
            tests += result.attempts
            #expect(result.alpha == 0.05)
            // What is accepted has an interval above zero at its own level.
            for record in rounds.flatMap(\.patches) where record.verdict == .accepted {
                #expect(record.evidence.map { $0.difference.low > 0 } == true)
            }
        }
        #expect(accepted <= 1)
        #expect(tests >= 40)
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `on a noisy model a planted weakness is mended on cases nobody has seen`(
        seed: UInt64
    ) async throws {
        let (result, rounds) = try await improve(gain: 0.5, seed: seed)
        #expect(result.prompt.contains("Give the unit behind every number."))
        let patch = try #require(
            rounds.flatMap(\.patches).first {
                $0.verdict == .accepted && $0.instruction.hasPrefix("Give")
            })
        let evidence = try #require(patch.evidence)
        #expect(evidence.cases == 24 && evidence.clusters == 12 && evidence.difference.low > 0)
        #expect(evidence.after - evidence.before > 0.2)
    }

    @Test func `cases without an answer that can be judged are refused`() async throws {
        struct Silent: PromptTrials {
            var caseTexts: [String] { [] }
            func seen(_ prompt: String) -> [CaseOutcome] {
                [.init(id: "a", cluster: "a", question: "", wanted: "", answers: [])]
            }
            func heldOut(_ prompt: String) -> [CaseOutcome] { seen(prompt) }
            func regressions(from before: String, to after: String) -> [String] { [] }
        }
        await #expect(throws: CharacterError.noOutcomes) {
            try await PromptImprovement(author: author, trials: Silent()).run(from: "") { _ in }
        }
    }

    @Test func `an instruction is also tried with an example, unless that copies a case`()
        async throws
    {
        let copies = "Message: From town 3 to the sea?\nAnswer: 12 km"
        let fresh = "Message: What does the sack weigh?\nAnswer: It is 3 kg."
        for (example, isCopy) in [(fresh, false), (copies, true)] {
            let author = ScriptedChatModel { prompt, _, _ in
                guard case .messages(let messages) = prompt else { return "" }
                return messages.last?.content.contains("one example at its edge") == true
                    ? example : "Give the unit behind every number."
            }
            var settings = PromptImprovement.Settings()
            settings.rounds = 1
            settings.casesPerRound = 1
            settings.examples = true
            var rounds: [PatchRound] = []
            _ = try await PromptImprovement(
                author: author, trials: ModelTrials(model: model(gain: 0.5), seed: 1),
                settings: settings
            ).run(from: "Be kind.") { rounds.append($0) }
            let patches = rounds.flatMap(\.patches)
            #expect(patches.count == 2)
            let longer = try #require(patches.last)
            #expect(longer.diff.count == 2 && longer.diff.last?.hasPrefix("+ For instance") == true)
            #expect((longer.verdict == .copies) == isCopy)
        }
    }
}

extension SeededGenerator {
    /// The first number of its stream.
    fileprivate var first: UInt64 {
        var generator = self
        return generator.next()
    }
}
