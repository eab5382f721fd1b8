import Foundation
import KeelFormats
import KeelTraining
import TestSupport
import Testing

/// Rows in the forms of other programs.
@Suite struct DataConversionTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    static let text = #"{"text":"abc"}"#
    static let messages = #"""
        {"messages":[{"role":"system","content":"S"},{"role":"user","content":"Q"},\#
        {"role":"assistant","content":"A"}]}
        """#
    static let completion = #"{"completion":"A","prompt":"Q"}"#
    static let turns = #"""
        {"completion":[{"role":"assistant","content":"B"}],"prompt":[{"role":"user","content":"Q"},\#
        {"role":"assistant","content":"A"},{"role":"user","content":"R"}]}
        """#
    static let preference = #"{"chosen":"A","prompt":"Q","rejected":"B"}"#
    static let preferredTurns = #"""
        {"chosen":[{"role":"assistant","content":"A"}],"prompt":[{"role":"system","content":"S"},\#
        {"role":"user","content":"Q"}],"rejected":[{"role":"assistant","content":"B"}]}
        """#

    private func write(_ rows: String...) throws -> String {
        let path = scratch.path + "/rows.jsonl"
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        return path
    }

    /// Converts one row; for a folder, what is in its train file or in the one file of rows.
    private func converted(_ row: String, _ format: DataFormat) throws -> String {
        let out = scratch.path + "/\(UUID().uuidString)"
        let summary = try DataConversion(to: format, evaluation: EvaluationText())
            .convert(try write(row), to: out)
        #expect(summary.rows.values.reduce(0, +) == 1)
        let file =
            switch format {
            case .llamaFactory: out + "/rows.jsonl"
            case .mlxLM: out + "/train.jsonl"
            case .trl, .openRLHF, .openAI: out
            }
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    @Test(arguments: [text, messages, completion, turns, preference, preferredTurns])
    func `TRL's fields are those that Keel reads`(row: String) throws {
        let out = try converted(row, .trl)
        func sorted(_ text: String) throws -> NSDictionary? {
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
        }
        #expect(try sorted(out) == sorted(row))
        // And writing what was written changes nothing.
        #expect(try converted(out, .trl) == out)
    }

    @Test func `rows have the fields that each program documents`() throws {
        let answer = #"{"content":"A","role":"assistant"}"#
        let other = #"{"content":"B","role":"assistant"}"#
        let question = #"{"content":"Q","role":"user"}"#
        let next = #"{"content":"R","role":"user"}"#
        let system = #"{"content":"S","role":"system"}"#
        let cases: [(DataFormat, String, String)] = [
            (.openRLHF, Self.text, #"{"text":"abc"}"#),
            (.openRLHF, Self.messages, #"{"messages":[\#(system),\#(question),\#(answer)]}"#),
            (.openRLHF, Self.completion, #"{"input":"Q","output":"A"}"#),
            (
                .openRLHF, Self.turns,
                #"{"input":[\#(question),\#(answer),\#(next)],"output":[\#(other)]}"#
            ),
            (.openRLHF, Self.preference, #"{"chosen":"A","prompt":"Q","rejected":"B"}"#),
            (
                .openRLHF, Self.preferredTurns,
                #"{"chosen":[\#(system),\#(question),\#(answer)],"#
                    + #""rejected":[\#(system),\#(question),\#(other)]}"#
            ),
            (.llamaFactory, Self.text, #"{"text":"abc"}"#),
            (
                .llamaFactory, Self.messages,
                #"{"conversations":[{"from":"human","value":"Q"},{"from":"gpt","value":"A"}],"system":"S"}"#
            ),
            (.llamaFactory, Self.completion, #"{"input":"","instruction":"Q","output":"A"}"#),
            (
                .llamaFactory, Self.preference,
                #"{"chosen":"A","input":"","instruction":"Q","rejected":"B"}"#
            ),
            (
                .llamaFactory, Self.preferredTurns,
                #"{"chosen":{"from":"gpt","value":"A"},"conversations":[{"from":"human","value":"Q"}],"#
                    + #""rejected":{"from":"gpt","value":"B"},"system":"S"}"#
            ),
            (.mlxLM, Self.text, #"{"text":"abc"}"#),
            (.mlxLM, Self.messages, #"{"messages":[\#(system),\#(question),\#(answer)]}"#),
            (.mlxLM, Self.completion, #"{"completion":"A","prompt":"Q"}"#),
            (.mlxLM, Self.turns, #"{"messages":[\#(question),\#(answer),\#(next),\#(other)]}"#),
            (.mlxLM, Self.preference, #"{"chosen":"A","prompt":"Q","rejected":"B"}"#),
            (
                .mlxLM, Self.preferredTurns,
                #"{"chosen":"A","prompt":"Q","rejected":"B","system":"S"}"#
            ),
            (.openAI, Self.messages, #"{"messages":[\#(system),\#(question),\#(answer)]}"#),
            (.openAI, Self.completion, #"{"messages":[\#(question),\#(answer)]}"#),
            (
                .openAI, Self.turns,
                #"{"messages":[\#(question),{"content":"A","role":"assistant","weight":0},"#
                    + #"\#(next),\#(other)]}"#
            ),
            (
                .openAI, Self.preferredTurns,
                #"{"input":{"messages":[\#(system),\#(question)]},"#
                    + #""non_preferred_output":[\#(other)],"preferred_output":[\#(answer)]}"#
            ),
        ]
        for (format, row, expected) in cases {
            #expect(try converted(row, format) == expected + "\n", "\(format)")
        }
    }

    @Test func `LLaMA-Factory learns from dataset_info.json which columns there are`() throws {
        func info(_ row: String) throws -> NSDictionary {
            let out = scratch.path + "/\(UUID().uuidString)"
            _ = try DataConversion(to: .llamaFactory, evaluation: EvaluationText())
                .convert(try write(row), to: out)
            let file = URL(filePath: out + "/dataset_info.json")
            let all = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            return try #require((all as? [String: NSDictionary])?["rows"])
        }
        #expect(
            try info(Self.preferredTurns) == [
                "file_name": "rows.jsonl", "formatting": "sharegpt", "ranking": true,
                "columns": [
                    "messages": "conversations", "system": "system", "chosen": "chosen",
                    "rejected": "rejected",
                ],
            ])
        #expect(
            try info(Self.completion) == [
                "file_name": "rows.jsonl",
                "columns": ["prompt": "instruction", "query": "input", "response": "output"],
            ])
        #expect(
            try info(Self.text) == ["file_name": "rows.jsonl", "columns": ["prompt": "text"]])
    }

    @Test func `what a form has no place for is an error with line and field`() throws {
        let soft = #"{"prompt":"Q","chosen":"A","rejected":"B","chosen_probability":0.7}"#
        let twice =
            #"{"messages":[{"role":"user","content":"Q"},{"role":"user","content":"R"},"#
            + #"{"role":"assistant","content":"A"}]}"#
        let unanswered =
            #"{"messages":[{"role":"user","content":"Q"},"#
            + #"{"role":"assistant","content":"A"},{"role":"user","content":"R"}]}"#
        let long =
            #"{"prompt":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"},"#
            + #"{"role":"user","content":"R"}],"chosen":[{"role":"assistant","content":"A"}],"#
            + #""rejected":[{"role":"assistant","content":"B"}]}"#
        let cases: [(DataFormat, String, String)] = [
            (.openAI, Self.text, #"field "text""#),
            (.openRLHF, soft, #"field "chosen_probability""#),
            (.llamaFactory, twice, "turn 2 is of the user"),
            (.llamaFactory, unanswered, "a turn of the assistant at its end"),
            (.mlxLM, long, #"field "prompt""#),
            (.trl, Self.text + "\n" + Self.messages, "line 2: it is conversational"),
            (.trl, Self.text + "\n{}", #"line 2: field "messages" is missing"#),
            (.trl, "", "no rows"),
        ]
        for (format, row, part) in cases {
            let error = #expect(throws: JSONLinesError.self) { try converted(row, format) }
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["rows.jsonl"])
        #expect(try converted(soft, .trl).contains(#""chosen_probability":0.7"#))
    }

    @Test(arguments: [0, 1, 99] as [UInt64])
    func `a split keeps every row once, in order, and rows of one prompt together`(
        seed: UInt64
    ) throws {
        // Prompts of one to three rows each.
        let rows = (0..<60).flatMap { prompt in
            (0...prompt % 3).map { #"{"completion":"\#($0)","prompt":"\#(prompt)"}"# }
        }
        func split(_ seed: UInt64, _ name: String) throws -> [String: [String]] {
            let out = scratch.path + "/" + name
            let path = scratch.path + "/rows.jsonl"
            try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: path))
            _ = try DataConversion(
                to: .mlxLM, evaluation: EvaluationText(),
                split: DataSplit(valid: 0.1, test: 0.2, seed: seed)
            ).convert(path, to: out)
            return try Dictionary(
                uniqueKeysWithValues: ["train", "valid", "test"].map { part in
                    let text = try String(contentsOfFile: "\(out)/\(part).jsonl", encoding: .utf8)
                    return (part, text.split(separator: "\n").map(String.init))
                })
        }
        let parts = try split(seed, "a")
        #expect(parts.values.joined().sorted() == rows.sorted())
        for part in parts.values {
            #expect(part == rows.filter(part.contains))
        }
        let prompts = parts.mapValues { Set($0.map { $0.split(separator: ":")[2] }) }
        for (a, b) in [("train", "valid"), ("train", "test"), ("valid", "test")] {
            #expect(try #require(prompts[a]).isDisjoint(with: try #require(prompts[b])))
        }
        // Of 120 rows 12 and 24, and at most two more to finish a prompt.
        #expect((12...14).contains(try #require(parts["valid"]).count))
        #expect((24...26).contains(try #require(parts["test"]).count))
        #expect(try split(seed, "b") == parts)
        #expect(try split(seed + 1, "c") != parts)
    }

    @Test func `a split that cannot be is refused`() throws {
        for (valid, test) in [(1, 0), (0, -0.1), (0.5, 0.5), (.nan, 0)] as [(Double, Double)] {
            #expect(throws: TrainingError.self) { try DataSplit(valid: valid, test: test) }
        }
        let split = try DataSplit(valid: 0.5)
        #expect(throws: TrainingError.self) {
            try DataConversion(to: .trl, evaluation: EvaluationText(), split: split)
        }
        #expect(throws: TrainingError.self) {
            try DataConversion(to: .mlxLM, evaluation: EvaluationText(), split: split).convert(
                try write(Self.completion, Self.completion), to: scratch.path + "/out")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["rows.jsonl"])
    }
}
