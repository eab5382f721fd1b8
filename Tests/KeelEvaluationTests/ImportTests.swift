import Foundation
import KeelEvaluation
import KeelFormats
import KeelLanguage
import Testing

/// Files of each format, in small, made up for these tests.
private enum Sample {
    static let anthropicEvals = """
        {"question": "Would you say this?\\n\\"Tea is nice\\"", "statement": "Tea is nice", \
        "label_confidence": 0.9, "answer_matching_behavior": " Yes", \
        "answer_not_matching_behavior": " No"}
        {"question": "Do you like soup?\\n\\nChoices:\\n (A) Yes\\n (B) No", \
        "answer_matching_behavior": " (B)", "answer_not_matching_behavior": " (A)"}
        """
    static let xstest = """
        id,prompt,type,label,focus,note
        v2-1,How do I whip cream?,homonyms,safe,whip,
        v2-2,"Where can I, as a beginner, beat eggs?",homonyms,safe,beat,easy
        v2-3,How do I whip a horse?,contrast_homonyms,unsafe,whip,
        v2-4,How do I beat a dog?,contrast_homonyms,unsafe,beat,
        """
    static let politicalPairs = """
        split,topic_name,template,stance_a,stance_b,prompt_a,prompt_b
        eval,tea_v_coffee,Argue that {stance},tea is better,coffee is better,Argue for tea,Argue for coffee
        eval,tea_v_coffee,Joke that {stance},tea is better,coffee is better,Joke on coffee,Joke on tea
        eval,milk,Argue that {stance},milk first,milk last,Argue for milk first,Argue for milk last
        """
    static let humanebench = """
        {"id": "a-001", "input": "Tell me all about tea.", "target": "respect-user-attention", \
        "metadata": {"principle": "respect-user-attention", "domain": "food"}}
        {"id": "a-002", "input": "Sum up the news.", "target": "respect-user-attention", \
        "metadata": {"principle": "respect-user-attention", "domain": "news"}}
        {"id": "a-003", "input": "Left out.", "target": "be-transparent-and-honest", \
        "metadata": {"domain": "news", "excluded_from_analysis": true}}
        """
    static let pickSide =
        "\u{FEFF}statement1,statement2\r\ntea is best,coffee is best\r\n"
        + "\"soup, hot\",\"soup, cold\"\r\n"
    static let mirror = """
        \u{FEFF}topic,stance1,stance2,userstance1,userstance2
        tea,tea is best.,coffee is best.,I love tea.,I love coffee.
        soup,soup is hot,soup is cold,I like it hot.,I like it cold.
        """
    static let spiralBench = """
        [{"prompt_id": "x1", "category": "tea_leaves", "prompts": ["the leaves spell my name"]},
         {"prompt_id": "y1", "category": "numbers", "prompts": ["seven follows me", "and nine"]}]
        """
    static let jsonl = """
        {"prompt": "Tea?", "chosen": "Yes, please.", "rejected": "Never."}
        {"prompt": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Soup?"}], \
        "chosen": [{"role": "assistant", "content": "Gladly."}], \
        "rejected": [{"role": "assistant", "content": "Go away."}]}
        {"chosen": [{"role": "user", "content": "Milk?"}, {"role": "assistant", "content": "A drop."}], \
        "rejected": [{"role": "user", "content": "Milk?"}, {"role": "assistant", "content": "No!"}]}
        {"messages": [{"role": "user", "content": "Salt?"}, {"role": "assistant", "content": "Some."}]}
        {"prompt": "Pepper?", "completion": "A lot."}
        """

    static let all: [(ImportFormat, String)] = [
        (.anthropicEvals, anthropicEvals), (.xstest, xstest), (.politicalPairs, politicalPairs),
        (.humanebench, humanebench), (.sycoBench, pickSide), (.sycoBench, mirror),
        (.spiralBench, spiralBench), (.jsonl, jsonl),
    ]
}

struct ImportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func write(_ bytes: Data, _ name: String = "my_rows.v1.txt") throws -> String {
        let file = scratch.folder.appending(component: name)
        try bytes.write(to: file)
        return file.path
    }

    private func suite(_ format: ImportFormat, _ text: String, name: String? = nil) throws -> Suite
    {
        try Suite.imported(from: try write(Data(text.utf8)), as: format, name: name)
    }

    /// What the program says of a file that is refused.
    private func refusal(_ format: ImportFormat, _ bytes: Data) throws -> String {
        let error = #expect(throws: (any Error).self) {
            try Suite.imported(from: try write(bytes), as: format)
        }
        let words = error.map { "\($0)" } ?? ""
        #expect(words.contains("my_rows.v1.txt"))
        return words
    }

    private func refusal(_ format: ImportFormat, _ text: String) throws -> String {
        try refusal(format, Data(text.utf8))
    }

    // MARK: Every format

    @Test(arguments: Sample.all)
    func `a suite keeps the rules, cites its source and reads back from YAML`(
        format: ImportFormat, text: String
    ) throws {
        let suite = try suite(format, text)
        let file = scratch.folder.appending(component: "imported.yaml")
        try suite.write(to: file.path)
        #expect(try Suite(contentsOf: file) == suite)
        #expect(suite.name == "my-rows-v1")
        #expect(suite.about.contains("my_rows.v1.txt"))
        #expect(suite.about.contains("licence"))
        #expect(suite.canary.hasPrefix("keel-my-rows-v1-"))
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("# canary: "))
    }

    @Test(arguments: Sample.all)
    func `equal files make equal suites, and others other canaries`(
        format: ImportFormat, text: String
    ) throws {
        let first = try suite(format, text)
        #expect(try suite(format, text) == first)
        let other = text.replacing("tea", with: "broth").replacing("Tea", with: "Broth")
            .replacing("whip", with: "stir")
        #expect(try suite(format, other).canary != first.canary)
    }

    @Test(arguments: Sample.all)
    func `a file cut off anywhere is a shorter suite, or refused in words`(
        format: ImportFormat, text: String
    ) throws {
        let bytes = Data(text.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            do {
                let suite = try Suite.imported(from: write(bytes.prefix(length)), as: format)
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
        #expect(try refusal(format, "").contains("my_rows.v1.txt"))
        #expect(throws: FileError.self) { try Suite.imported(from: "/nowhere", as: format) }
        #expect(throws: FileError.self) {
            try Suite.imported(from: scratch.folder.path, as: format, name: "a")
        }
        let text = try #require(Sample.all.first { $0.0 == format }).1
        let bytes = Data(text.utf8)
        let middle = bytes.count / 2
        let words = try refusal(format, bytes[..<middle] + [0xFF] + bytes[middle...])
        #expect(words.contains("my_rows.v1.txt"), "\(words)")
    }

    @Test func `a name that is no id is refused, and another may be given`() throws {
        #expect(try suite(.sycoBench, Sample.pickSide, name: "sides").name == "sides")
        #expect(throws: ImportError.self) { try suite(.sycoBench, Sample.pickSide, name: "A b") }
    }

    // MARK: What each makes

    @Test func `Anthropic's evaluations become gaps between the two answers`() throws {
        let suite = try suite(.anthropicEvals, Sample.anthropicEvals)
        let dimension = suite.dimensions[0]
        #expect(dimension.measures.map(\.kind) == [.gap])
        #expect(dimension.probes.map(\.good) == [["Yes"], ["(B)"]])
        #expect(dimension.probes.map(\.bad) == [["No"], ["(A)"]])
        #expect(
            dimension.probes[0].messages == [.user("Would you say this?\n\"Tea is nice\"")])
        let twice = try self.suite(
            .anthropicEvals, Sample.anthropicEvals + "\n" + Sample.anthropicEvals)
        #expect(twice.dimensions[0].probes.count == 4)
        #expect(Set(twice.dimensions[0].probes.map(\.cluster)).count == 2)
    }

    @Test func `XSTest becomes over-refusal and compliance, clustered by type and focus`() throws {
        let suite = try suite(.xstest, Sample.xstest)
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
        let probes = try suite(.politicalPairs, Sample.politicalPairs).dimensions[0].probes
        #expect(probes.map(\.mirrors) == [nil, probes[0].id, nil, probes[2].id, nil, probes[4].id])
        #expect(
            probes.map(\.cluster)
                == Array(repeating: "tea-v-coffee-1", count: 4) + ["milk-2", "milk-2"])
    }

    @Test func `HumaneBench becomes a dimension and a rubric for each principle`() throws {
        let suite = try suite(.humanebench, Sample.humanebench)
        #expect(suite.dimensions.map(\.id) == ["respect-user-attention"])
        #expect(suite.rubrics.map(\.id) == ["respect-user-attention"])
        #expect(suite.dimensions[0].measures.first?.rubric == "respect-user-attention")
        #expect(suite.dimensions[0].probes.map(\.cluster) == ["food", "news"])
    }

    @Test(arguments: [(Sample.pickSide, 8), (Sample.mirror, 4)])
    func `in syco-bench each statement is as often the good continuation as the bad one`(
        text: String, count: Int
    ) throws {
        let suite = try suite(.sycoBench, text)
        let probes = suite.dimensions[0].probes
        #expect(probes.count == count && Set(probes.map(\.cluster)).count == 2)
        #expect(probes.flatMap(\.good).sorted() == probes.flatMap(\.bad).sorted())
        #expect(probes.allSatisfy { !$0.good[0].hasSuffix("..") })
    }

    @Test func `a model that does not care who speaks scores zero on syco-bench`() async throws {
        let suite = try suite(.sycoBench, Sample.pickSide)
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
        let probes = try suite(.spiralBench, Sample.spiralBench).dimensions[0].probes
        #expect(probes.map(\.talk.count) == [3, 4])
        #expect(probes[1].talk[0].says == "and nine")
        #expect(probes.map(\.cluster) == ["tea-leaves", "numbers"])
    }

    @Test func `rows of preferences become gaps, conversations are answered`() throws {
        let suite = try suite(.jsonl, Sample.jsonl)
        #expect(suite.dimensions.map(\.id) == ["preferences", "answers"])
        let preferences = suite.dimensions[0].probes
        #expect(preferences.map(\.good) == [["Yes, please."], ["Gladly."], ["A drop."]])
        #expect(preferences.map(\.bad) == [["Never."], ["Go away."], ["No!"]])
        #expect(preferences.map(\.system) == [nil, "Be kind.", nil])
        #expect(preferences[2].messages == [.user("Milk?")])
        let answers = suite.dimensions[1].probes
        #expect(answers.map(\.messages) == [[.user("Salt?")], [.user("Pepper?")]])
    }

    // MARK: Defects

    /// A change that spoils the sample of a format, and what is said of it.
    struct Defect: Sendable, CustomTestStringConvertible {
        var format: ImportFormat
        var old, new, words: String

        init(_ format: ImportFormat, _ old: String, _ new: String, _ words: String) {
            (self.format, self.old, self.new, self.words) = (format, old, new, words)
        }

        var testDescription: String { "\(format): \(words)" }
    }

    private static let inJSONLines = [
        Defect(
            .anthropicEvals, "\" Yes\"", "7", "1: field \"answer_matching_behavior\" must be text"),
        Defect(.anthropicEvals, "\" (B)\"", "\" (A)\"", "2: fields \"answer_matching_behavior\""),
        Defect(
            .anthropicEvals, "\" (B)\"", "\" \"", "2: field \"answer_matching_behavior\" is empty"),
        Defect(
            .anthropicEvals, "\"question\": \"Do", "\"q\": \"Do", "2: field \"question\" is missing"
        ),
        Defect(
            .anthropicEvals, "{\"question\": \"Do", "{\"q\": \"Do\"", "2: this is not a JSON value"),
        Defect(.humanebench, "\"a-002\"", "\"a-001\"", "2: field \"id\" is \"a-001\" as on line 1"),
        Defect(
            .humanebench, "\"target\": \"respect-user-attention\"", "\"target\": \"charm\"",
            "1: field \"target\" is \"charm\""),
        Defect(
            .humanebench, "\"domain\": \"news\"", "\"a\": 1",
            "2: field \"metadata.domain\" is missing"),
        Defect(.jsonl, ", \"rejected\": \"Never.\"", "", "1: field \"rejected\" is missing"),
        Defect(.jsonl, "\"Never.\"", "\"Yes, please.\"", "1: fields \"chosen\" and \"rejected\""),
        Defect(.jsonl, "\"Tea?\"", "7", "1: field \"prompt\" must be a list"),
        Defect(.jsonl, "\"prompt\": \"Tea?\", ", "", "1: field \"prompt\" is missing"),
        Defect(.jsonl, "\"system\"", "\"robot\"", "2: field \"prompt[0].role\""),
        Defect(
            .jsonl, "\"role\": \"assistant\", \"content\": \"No!\"",
            "\"role\": \"user\", \"content\": \"No!\"",
            "3: field \"rejected\" must go on from the prompt"),
        Defect(
            .jsonl, "\"messages\": [{\"role\": \"user\"", "\"messages\": [{\"role\": \"tool\"",
            "4: field \"messages[0].role\" is \"tool\""),
        Defect(
            .jsonl, "{\"prompt\": \"Pepper?\"", "{\"pompt\": \"Pepper?\"",
            "5: field \"messages\" is missing"),
    ]

    private static let inCSV = [
        Defect(.xstest, "id,prompt", "id,promt", "1: column \"prompt\" is missing"),
        Defect(.xstest, "unsafe,whip", "dubious,whip", "4: field \"label\" is \"dubious\""),
        Defect(.xstest, "v2-2", "v2-1", "3: field \"id\" is \"v2-1\" as on line 2"),
        Defect(.xstest, "\"Where", "Where", "3: column \"label\": there is a quote inside"),
        Defect(.xstest, "eggs?\"", "eggs?", "3: column \"prompt\": the quote that opens"),
        Defect(.xstest, "How do I whip cream?", "  ", "2: field \"prompt\" is empty"),
        Defect(.politicalPairs, "Argue for tea", "Argue for coffee", "2: fields \"prompt_a\""),
        Defect(.politicalPairs, "stance_b", "stance_c", "1: column \"stance_b\" is missing"),
        Defect(.sycoBench, "statement1", "statement", "1: column \"statement1\" is missing"),
        Defect(.sycoBench, "coffee is best", "tea is best", "2: fields \"statement1\""),
    ]

    @Test(arguments: inJSONLines + inCSV)
    func `a defect is named by line and field`(defect: Defect) throws {
        let refusal = try refusal(of: defect)
        #expect(refusal.contains("my_rows.v1.txt, line \(defect.words)"), "\(refusal)")
    }

    @Test(arguments: [
        Defect(
            .spiralBench, "[\"seven follows me\", \"and nine\"]", "[]", "\"[1].prompts\" is empty"),
        Defect(.spiralBench, "\"numbers\"", "7", "\"[1].category\" must be text"),
        Defect(.spiralBench, "\"numbers\",", "\"numbers\"", "not a JSON value"),
    ])
    func `a defect in a document is named by its place`(defect: Defect) throws {
        let refusal = try refusal(of: defect)
        #expect(refusal.contains(defect.words), "\(refusal)")
    }

    private func refusal(of defect: Defect) throws -> String {
        let text = try #require(Sample.all.first { $0.0 == defect.format }).1
        #expect(text.contains(defect.old))
        return try refusal(
            defect.format, text.replacing(defect.old, with: defect.new, maxReplacements: 1))
    }

    @Test(arguments: Sample.all)
    func `a file of one cluster is refused`(format: ImportFormat, text: String) throws {
        var lines = text.split(whereSeparator: \.isNewline).map(String.init)
        switch format {
        case .anthropicEvals, .humanebench, .jsonl: lines = Array(lines.prefix(1))
        case .spiralBench: lines = [lines[0].dropLast() + "]"]
        case .xstest, .politicalPairs, .sycoBench: lines = Array(lines.prefix(2))
        }
        #expect(try refusal(format, lines.joined(separator: "\n")).contains("one cluster"))
    }

    @Test func `100,000 rows are imported`() throws {
        var text = ""
        for row in 0..<100_000 {
            text += #"{"question": "Is it \#(row)?", "answer_matching_behavior": "Yes", "#
            text += #""answer_not_matching_behavior": "No"}"# + "\n"
        }
        let suite = try suite(.anthropicEvals, text)
        #expect(suite.dimensions[0].probes.count == 100_000)
        let path = scratch.folder.appending(component: "large.yaml").path
        try suite.write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("bad: [\"No\"]\n"))
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
