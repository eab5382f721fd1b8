import Foundation
import KeelEvaluation
import KeelFormats
import KeelLanguage
import TestSupport
import Testing

/// What each format becomes.
struct ImportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    // MARK: Every format

    @Test(arguments: ImportSample.all)
    func `a suite keeps the rules, cites its source and reads back from YAML`(
        format: ImportFormat, text: String
    ) throws {
        let suite = try scratch.imported(format, text)
        let file = scratch.folder.appending(component: "imported.yaml")
        try suite.write(to: file.path)
        #expect(try Suite(contentsOf: file) == suite)
        #expect(suite.name == "my-rows-v1")
        #expect(suite.about.contains("my_rows.v1.txt"))
        #expect(suite.about.contains("licence"))
        #expect(suite.canary.hasPrefix("keel-my-rows-v1-"))
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("# canary: "))
    }

    @Test(arguments: ImportSample.all)
    func `equal files make equal suites, and others other canaries`(
        format: ImportFormat, text: String
    ) throws {
        let first = try scratch.imported(format, text)
        #expect(try scratch.imported(format, text) == first)
        let other = text.replacing("tea", with: "broth").replacing("Tea", with: "Broth")
            .replacing("whip", with: "stir")
        #expect(try scratch.imported(format, other).canary != first.canary)
    }

    @Test(arguments: ImportSample.all)
    func `a file cut off anywhere is a shorter suite, or refused in words`(
        format: ImportFormat, text: String
    ) throws {
        let bytes = Data(text.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            do {
                let suite = try Suite.imported(from: scratch.rows(bytes.prefix(length)), as: format)
                let file = scratch.folder.appending(component: "cut.yaml")
                try suite.write(to: file.path)
                #expect(try Suite(contentsOf: file) == suite)
            } catch {
                #expect(
                    error is ImportError || error is CSVError || error is JSONLinesError
                        || error is FileError, "\(error)")
                #expect("\(error)".contains("my_rows.v1.txt"))
            }
        }
    }

    @Test(arguments: ImportFormat.allCases)
    func `an empty file, a missing one, a folder and one that is not UTF-8 are refused`(
        format: ImportFormat
    ) throws {
        #expect(try scratch.refusal(format, "").contains("my_rows.v1.txt"))
        #expect(throws: FileError.self) { try Suite.imported(from: "/nowhere", as: format) }
        #expect(throws: FileError.self) {
            try Suite.imported(from: scratch.folder.path, as: format, name: "a")
        }
        let text = try #require(ImportSample.all.first { $0.0 == format }).1
        let bytes = Data(text.utf8)
        let middle = bytes.count / 2
        let words = try scratch.refusal(format, bytes[..<middle] + [0xFF] + bytes[middle...])
        #expect(words.contains("my_rows.v1.txt"), "\(words)")
    }

    @Test func `a name that is no id is refused, and another may be given`() throws {
        #expect(
            try scratch.imported(.sycoBench, ImportSample.pickSide, name: "sides").name == "sides")
        #expect(throws: ImportError.self) {
            try scratch.imported(.sycoBench, ImportSample.pickSide, name: "A b")
        }
    }

    // MARK: What each makes

    @Test func `Anthropic's evaluations become gaps between the two answers`() throws {
        let suite = try scratch.imported(.anthropicEvals, ImportSample.anthropicEvals)
        let dimension = suite.dimensions[0]
        #expect(dimension.measures.map(\.kind) == [.gap])
        #expect(dimension.probes.map(\.good) == [["Yes"], ["(B)"]])
        #expect(dimension.probes.map(\.bad) == [["No"], ["(A)"]])
        #expect(
            dimension.probes[0].messages == [.user("Would you say this?\n\"Tea is nice\"")])
        let twice = try scratch.imported(
            .anthropicEvals, ImportSample.anthropicEvals + "\n" + ImportSample.anthropicEvals)
        #expect(twice.dimensions[0].probes.count == 4)
        #expect(Set(twice.dimensions[0].probes.map(\.cluster)).count == 2)
    }

    @Test func `XSTest becomes over-refusal and compliance, clustered by type and focus`() throws {
        let suite = try scratch.imported(.xstest, ImportSample.xstest)
        #expect(suite.dimensions.map(\.id) == ["helps-when-safe", "declines-when-unsafe"])
        #expect(suite.dimensions[0].probes.map(\.cluster) == ["homonyms-whip", "homonyms-beat"])
        #expect(
            suite.dimensions[0].probes[1].messages.map(\.content)
                == ["Where can I, as a beginner, beat eggs?"])
        #expect(suite.dimensions[0].measures.first?.better == .lower)
        #expect(suite.dimensions[1].measures.first?.better == .higher)
        #expect(suite.dimensions.flatMap(\.measures).allSatisfy { $0.kind == .counter })
    }

    @Test func `political pairs mirror each other, clustered by their stances`() throws {
        let probes = try scratch.imported(.politicalPairs, ImportSample.politicalPairs).dimensions[
            0
        ].probes
        #expect(probes.map(\.mirrors) == [nil, probes[0].id, nil, probes[2].id, nil, probes[4].id])
        #expect(
            probes.map(\.cluster)
                == Array(repeating: "tea-v-coffee-1", count: 4) + ["milk-2", "milk-2"])
    }

    @Test func `HumaneBench becomes a dimension and a rubric for each principle`() throws {
        let suite = try scratch.imported(.humanebench, ImportSample.humanebench)
        #expect(suite.dimensions.map(\.id) == ["respect-user-attention"])
        #expect(suite.rubrics.map(\.id) == ["respect-user-attention"])
        #expect(suite.dimensions[0].measures.first?.rubric == "respect-user-attention")
        #expect(suite.dimensions[0].probes.map(\.cluster) == ["food", "news"])
    }

    @Test(arguments: [(ImportSample.pickSide, 8), (ImportSample.mirror, 4)])
    func `in syco-bench each statement is as often the good continuation as the bad one`(
        text: String, count: Int
    ) throws {
        let suite = try scratch.imported(.sycoBench, text)
        let probes = suite.dimensions[0].probes
        #expect(probes.count == count && Set(probes.map(\.cluster)).count == 2)
        #expect(probes.flatMap(\.good).sorted() == probes.flatMap(\.bad).sorted())
        #expect(probes.allSatisfy { !$0.good[0].hasSuffix("..") })
    }

    @Test func `a model that does not care who speaks scores zero on syco-bench`() async throws {
        let suite = try scratch.imported(.sycoBench, ImportSample.pickSide)
        let run = try Run(
            folder: scratch.folder.appending(component: "run"), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 1))
        let model = ScriptedChatModel(
            logProbability: { completion, _ in -Double(completion.count) / 7 },
            answer: { _, _, _ in "" })
        _ = try await run.collect(from: model)
        let gap = try #require(run.map().measurement("own-view", "gap")?.value)
        #expect(abs(gap) < 1e-12)
    }

    @Test func `Spiral-Bench becomes talks that go on after the opening`() throws {
        let probes = try scratch.imported(.spiralBench, ImportSample.spiralBench).dimensions[0]
            .probes
        #expect(probes.map(\.talk.count) == [3, 4])
        #expect(probes[1].talk[0].says == "and nine")
        #expect(probes.map(\.cluster) == ["tea-leaves", "numbers"])
    }

    @Test func `rows of preferences become gaps, conversations are answered`() throws {
        let suite = try scratch.imported(.jsonl, ImportSample.jsonl)
        #expect(suite.dimensions.map(\.id) == ["preferences", "answers"])
        let preferences = suite.dimensions[0].probes
        #expect(preferences.map(\.good) == [["Yes, please."], ["Gladly."], ["A drop."]])
        #expect(preferences.map(\.bad) == [["Never."], ["Go away."], ["No!"]])
        #expect(preferences.map(\.system) == [nil, "Be kind.", nil])
        #expect(preferences[2].messages == [.user("Milk?")])
        let answers = suite.dimensions[1].probes
        #expect(answers.map(\.messages) == [[.user("Salt?")], [.user("Pepper?")]])
    }
}

/// The files that these formats are about, where this machine has them.
struct ImportedDataTests {
    private static let data = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/data").standardizedFileURL

    private static var isHere: Bool { FileManager.default.fileExists(atPath: data.path) }

    @Test(
        .enabled(if: isHere, "The third-party data lie in ../shared/data, which is not here."),
        arguments: [
            (ImportFormat.anthropicEvals, "anthropic-evals/agreeableness.jsonl", 1000, 1000),
            (.anthropicEvals, "anthropic-evals/corrigible-less-HHH.jsonl", 351, 350),
            (.anthropicEvals, "anthropic-evals/survival-instinct.jsonl", 953, 953),
            (.politicalPairs, "political-pairs/eval_set.csv", 2700, 150),
            (.humanebench, "humanebench/humane_bench.jsonl", 788, 12),
            (.sycoBench, "syco-bench/questions_pickside.csv", 160, 40),
            (.sycoBench, "syco-bench/questions_mirror.csv", 80, 40),
            (.spiralBench, "spiral-bench/eval_prompts_v0.2.json", 30, 6),
            (.jsonl, "emergent-misalignment/incorrect_qna.jsonl", 6000, 798),
        ])
    func `a file of third parties becomes a suite of so many probes and clusters`(
        format: ImportFormat, path: String, probes: Int, clusters: Int
    ) throws {
        let suite = try Suite.imported(
            from: Self.data.appending(path: path).path, as: format)
        let all = suite.dimensions.flatMap(\.probes)
        #expect(all.count == probes)
        #expect(Set(all.map(\.cluster)).count == clusters)
        let scratch = try Scratch()
        let file = scratch.folder.appending(component: "imported.yaml")
        try suite.write(to: file.path)
        #expect(try Suite(contentsOf: file) == suite)
    }
}
