import Foundation
import KeelModel
import KeelTraining
import TestSupport
import Testing

@Suite struct DataCheckTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func report(
        _ text: String, evaluation: EvaluationText = EvaluationText(), encoder: RowEncoder? = nil,
        allowsDuplicates: Bool = false
    ) throws -> DataReport {
        let path = scratch.path + "/rows.jsonl"
        try Data(text.utf8).write(to: URL(filePath: path))
        return try DataCheck(
            evaluation: evaluation, encoder: encoder, allowsDuplicates: allowsDuplicates
        ).report(on: path)
    }

    @Test func `rows are counted by kind, and every bad one has its line and field`() throws {
        let report = try report(
            """
            {"text": "a", "source": "here"}
            {"text": ""}
            {"messages": [{"role": "user", "content": "Q"}, {"role": "bot", "content": "A"}]}

            {"messages": [{"role": "user", "content": "Q", "weight": 0}, {"role": "assistant", "content": "A"}]}
            not JSON
            {"prompt": "Q", "chosen": "A", "rejected": "A"}
            {"prompt": "Q", "chosen": "A"}
            {"prompt": "Q", "chosen": "A", "rejected": "B", "source": 7}
            {"prompt": "Q", "completion": [{"role": "assistant", "content": "A"}]}
            [1]
            {}
            """)
        #expect(report.rows == 11)
        #expect(
            report.kinds == [
                "language modeling": 1, "conversational language modeling": 1, "preference": 1,
            ])
        #expect(report.problems.map(\.line) == [2, 3, 6, 7, 8, 10, 11, 12])
        #expect(report.problems.allSatisfy { $0.kind == .malformed })
        let parts = [
            #"field "text": it is empty"#, #"field "messages[1].role": "bot" is no role"#,
            "not a JSON value", #"field "rejected": it is the same"#,
            #"field "rejected" is missing"#,
            #"field "completion": a row is either"#, "must hold an object",
            #"field "messages" is missing"#,
        ]
        for (problem, part) in zip(report.problems, parts) {
            #expect(problem.reason.contains(part), "\(problem)")
        }
        #expect(report.ignoredFields == ["source": 2, "messages[].weight": 1])
        #expect(report.tokens == nil)
    }

    @Test func `a row that repeats another is found, however it is written`() throws {
        let text =
            #"{"text": "a"}"# + "\n" + #"{"x": 1, "text": "\u0061"}"# + "\n" + #"{"text": "b"}"#
        let problems = try report(text).problems
        #expect(problems.map(\.line) == [2])
        #expect(problems.first?.kind == .duplicate)
        #expect(problems.first?.reason == "it repeats line 1.")
        #expect(try report(text, allowsDuplicates: true).problems.isEmpty)
    }

    @Test func `canaries and questions of a suite are found, plain text asks none`() throws {
        var evaluation = EvaluationText()
        evaluation.add(
            "small", canary: "CANARY-7", questions: [("flat", "Is the earth flat?")])
        evaluation.add("bare", canary: "", questions: [])
        let problems = try report(
            """
            {"text": "Is the earth flat?"}
            {"text": "so CANARY-7 it is"}
            {"messages": [{"role": "user", "content": "is the  Earth\\nflat? "}, {"role": "assistant", "content": "No."}]}
            {"prompt": "Is the earth flat?", "chosen": "No.", "rejected": "Yes."}
            {"prompt": "Is the earth flat, really?", "completion": "No."}
            {"prompt": "What did he ask?", "completion": "Is the earth flat?"}
            {"prompt": "a", "chosen": "b CANARY-7", "rejected": "c"}
            """, evaluation: evaluation
        ).problems
        #expect(problems.map(\.line) == [2, 3, 4, 7])
        #expect(problems.allSatisfy { $0.kind == .evaluation })
        #expect(problems[0].reason.contains("canary of the suite small"))
        #expect(problems[1].reason.contains("probe flat of the suite small"))
    }

    @Test func `tokens are counted as training counts them`() throws {
        let language = try Golden.model()
        let rows = try ["sft.jsonl", "dpo.jsonl"].map {
            try String(contentsOfFile: Golden.path($0), encoding: .utf8)
        }.joined()
        let report = try report(rows, encoder: RowEncoder(language), allowsDuplicates: true)
        #expect(report.problems.isEmpty)
        let examples =
            try Golden.examples(language)
            + Golden.pairs(language).flatMap { [$0.chosen, $0.rejected] }
        let tokens = try #require(report.tokens)
        #expect(tokens.examples == examples.count)
        #expect(tokens.total == examples.map(\.tokens.count).reduce(0, +))
        #expect(tokens.trained == examples.map(\.targetCount).reduce(0, +))
        let sorted = examples.map(\.tokens.count).sorted()
        #expect(tokens.shortest == sorted.first && tokens.longest == sorted.last)
        #expect(sorted.count { $0 <= tokens.median } * 2 >= sorted.count)
        #expect(Double(sorted.count { $0 <= tokens.percentile95 }) >= 0.95 * Double(sorted.count))
        #expect(Double(sorted.count { $0 < tokens.percentile95 }) < 0.95 * Double(sorted.count))
    }

    @Test func `a row that the model cannot be trained on is found`() throws {
        let language = try Golden.model()
        let encoder = RowEncoder(
            language.chat, endTokens: language.endTokens, window: 40, maxLength: 1000)
        let problems = try report(
            """
            {"messages": [{"role": "user", "content": "Q"}]}
            {"text": "\(String(repeating: "x", count: 50))"}
            {"text": "short"}
            """, encoder: encoder
        ).problems
        #expect(problems.map(\.line) == [1, 2])
        #expect(problems.allSatisfy { $0.kind == .unusable })
        #expect(problems[0].reason.contains("no turn of the assistant"))
        #expect(problems[1].reason.contains("the limit is 40"))
    }

    @Test(arguments: ["", "\n \n"]) func `a file without rows is a problem`(text: String) throws {
        let report = try report(text)
        #expect(report.rows == 0)
        #expect(report.problems.map(\.reason) == ["the file holds no rows."])
    }
}
