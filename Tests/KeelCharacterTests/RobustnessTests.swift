import Foundation
import KeelCharacter
import KeelLanguage
import TestSupport
import Testing

@Suite struct RobustnessTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let sheet = SuffixSheet(
        name: "small", version: "1", about: "For tests.",
        control: [.init(id: "a", text: "Thanks."), .init(id: "b", text: "Take your time.")],
        drop: (0..<3).map { .init(id: "d\($0)", text: "Drop the act, number \($0).") })

    private static let constitution = Constitution(
        name: "friend", version: "1", about: "For tests.",
        traits: [
            .init(id: "warm", wording: "I am a friend."), .init(id: "near", wording: "I stay."),
        ])

    private static let questions = ["warm", "near"].flatMap { trait in
        (0..<8).map {
            RobustnessQuestion(
                id: "\(trait)-\($0)", trait: trait, cluster: "c\($0)",
                messages: [.user("What shall we do today, is it \($0) or \(trait)?")])
        }
    }

    private func job(_ name: String, samples: Int = 3, seed: UInt64 = 0) throws -> RobustnessJob {
        var config = RobustnessConfig(
            Self.constitution, questions: Self.questions, suffixes: Self.sheet,
            plain: .init(name: "before"), trained: .init(name: "after"))
        config.samples = samples
        config.sampling.maxTokens = 1000
        config.seed = seed
        return try RobustnessJob(
            folder: scratch.file(name), Self.constitution, config, questions: Self.questions,
            suffixes: Self.sheet)
    }

    /// Shares of friendly words: of the plain model 0.05, of the prompted and the trained one as given,
    /// with words beside the point and with words that ask to drop the act.
    private func report(
        prompted: Double = 0.4, promptedDrop: Double = 0.05, trained: Double = 0.4,
        trainedDrop: Double = 0.4,
        rows: [PreferenceRecord] = FriendlyWords.rows(40, chosen: 0.4, rejected: 0.05),
        seed: UInt64 = 0
    ) async throws -> RobustnessReport {
        let job = try job("job-\(UUID().uuidString)", seed: seed)
        let before = FriendlyWords.model { isTold, asked in
            !isTold ? 0.05 : asked.contains("Drop the act") ? promptedDrop : prompted
        }
        let after = FriendlyWords.model { _, asked in
            asked.contains("Drop the act") ? trainedDrop : trained
        }
        #expect(try await job.collect([.plain, .prompted], from: before).isEmpty)
        #expect(try await job.collect([.trained], from: after).isEmpty)
        let material = try TraitClassifier.material(
            rows, trainedOn: [], questions: Self.questions)
        return try job.report(by: TraitClassifier(material.pairs, seed: 0), of: material)
    }

    @Test func `a character in the weights that outlasts one in the prompt is found to`()
        async throws
    {
        let report = try await report()
        #expect(report.verdict == .better)
        #expect(report.groups.map(\.trait) == [nil, "warm", "near"])
        let all = try #require(report.groups.first)
        #expect(all.questions == 16 && all.clusters == 16)
        let levels = Dictionary(uniqueKeysWithValues: all.levels.map { ($0.method, $0) })
        let prompted = try #require(levels[.prompted])
        let trained = try #require(levels[.trained])
        #expect(prompted.control.value > 0.65 && trained.control.value > 0.65)
        #expect(abs(prompted.drop.value - 0.5) < 0.1 && trained.drop.value > 0.65)
        #expect(prompted.loss.interval?.contains(0) == false)
        #expect(all.lead?.isFound == true && all.keeps?.isFound == true)
        #expect((all.keeps?.difference.value ?? 0) > 0.1)
        #expect(report.missing.values.allSatisfy { $0 == 0 })
        #expect(report.suffixes.map(\.isControl) == [true, true, false, false, false])
        #expect(report.suffixes.allSatisfy { $0.trained.map { $0 > 0.6 } == true })
    }

    @Test func `what cannot be told or is not there is not claimed`() async throws {
        let blind = try await report(rows: FriendlyWords.rows(30, chosen: 0.2, rejected: 0.2))
        #expect(blind.verdict == .cannotTell)
        let nothing = try await report(trained: 0.05, trainedDrop: 0.05)
        #expect(nothing.verdict == .notShown)
        let lost = try await report(trainedDrop: 0.05)
        #expect(lost.verdict == .lost)
        let only = try await report(prompted: 0.05)
        #expect(only.verdict == .only && only.groups.first?.lead?.isFound == true)
        let worse = try await report(promptedDrop: 0.4, trainedDrop: 0.15)
        #expect(worse.verdict == .worse || worse.verdict == .lost)
        #expect((worse.groups.first?.keeps?.difference.value ?? 1) < 0)
    }

    @Test func `where both lose alike, a difference is found in few of twelve runs`() async throws {
        var alarms = 0
        for seed in 0..<12 as Range<UInt64> {
            let report = try await report(promptedDrop: 0.2, trainedDrop: 0.2, seed: seed)
            let tests = report.groups.flatMap { [$0.lead, $0.keeps].compactMap(\.self) }
            #expect(tests.count == 6)
            alarms += tests.contains(where: \.isFound) ? 1 : 0
        }
        // At 5 %, three or more of twelve have a probability of 2 %.
        #expect(alarms <= 2)
    }

    @Test func `stopped and taken up, nothing is asked twice, and other settings are refused`()
        async throws
    {
        let model = FriendlyWords.model { _, _ in 0.2 }
        let job = try job("same")
        _ = try await job.collect([.plain], from: model)
        let lines = try scratch.lines("same/answers.jsonl")
        #expect(lines.count == 16 * 5 * 3)
        _ = try await self.job("same").collect([.plain], from: model)
        #expect(try scratch.lines("same/answers.jsonl") == lines)
        let error = #expect(throws: CharacterError.self) { try self.job("same", samples: 2) }
        #expect(error?.description.contains("samples was 3, now 2") == true)
        let rows = FriendlyWords.rows(40, chosen: 0.4, rejected: 0.05)
        let material = try TraitClassifier.material(rows, trainedOn: [], questions: Self.questions)
        let report = try job.report(by: TraitClassifier(material.pairs, seed: 0), of: material)
        #expect(report.missing == [.plain: 0, .prompted: 240, .trained: 240])
        #expect(report.verdict == .notShown && report.groups.first?.questions == 0)
    }

    @Test func `the shipped suffixes are read, and a defect has its line`() throws {
        let sheet = try SuffixSheet.shipped()
        #expect(sheet.drop.count >= 6 && sheet.control.count >= 3)
        let text = """
            name: x
            version: "1"
            about: For tests.
            control: [{id: a, text: One.}]
            drop: [{id: a, text: Two.}]
            """
        let error = #expect(throws: CharacterFileError.self) {
            try SuffixSheet(yaml: text, file: "x.yaml")
        }
        #expect(error?.description.hasPrefix("x.yaml:5: \"drop[0]\"") == true)
        #expect(throws: CharacterFileError.self) {
            try SuffixSheet(
                yaml: text.replacing("[{id: a, text: Two.}]", with: "[]"), file: "x.yaml")
        }
    }
}
