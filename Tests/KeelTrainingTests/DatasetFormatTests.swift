import Foundation
import KeelTraining
import Testing

/// Rows in the forms of other trainers.
@Suite struct DatasetFormatTests {
    private static let preference = """
        {"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}], \
        "chosen": [{"role": "assistant", "content": "a"}], "rejected": [{"role": "assistant", "content": "b"}]}
        """
    private static let chat = """
        {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, \
        {"role": "assistant", "content": "a"}]}
        """

    @Test(arguments: [
        (
            DatasetFormat.trl,
            #"{"chosen":[{"content":"a","role":"assistant"}],"prompt":[{"content":"s","role":"system"},{"content":"u","role":"user"}],"rejected":[{"content":"b","role":"assistant"}]}"#
        ),
        (
            .openRLHF,
            #"{"chosen":[{"content":"s","role":"system"},{"content":"u","role":"user"},{"content":"a","role":"assistant"}],"rejected":[{"content":"s","role":"system"},{"content":"u","role":"user"},{"content":"b","role":"assistant"}]}"#
        ),
        (
            .llamaFactory,
            #"{"chosen":{"from":"gpt","value":"a"},"conversations":[{"from":"human","value":"u"}],"rejected":{"from":"gpt","value":"b"},"system":"s"}"#
        ),
        (.mlxLM, #"{"chosen":"a","prompt":"u","rejected":"b","system":"s"}"#),
    ]) func `preferences are written in each trainer's fields`(
        _ format: DatasetFormat, _ expected: String
    ) throws {
        let scratch = try Scratch()
        let row = try JSONDecoder().decode(PreferenceRow.self, from: Data(Self.preference.utf8))
        try format.write([row], to: scratch.path + "/out")
        let text = try String(contentsOfFile: scratch.path + "/out/train.jsonl", encoding: .utf8)
        #expect(text == expected + "\n")
        let info = scratch.path + "/out/dataset_info.json"
        #expect(FileManager.default.fileExists(atPath: info) == (format == .llamaFactory))
    }

    @Test(arguments: DatasetFormat.allCases)
    func `conversations are written in each trainer's fields`(_ format: DatasetFormat) throws {
        let scratch = try Scratch()
        let row = try JSONDecoder().decode(SupervisedRow.self, from: Data(Self.chat.utf8))
        try format.write([row], to: scratch.path + "/out")
        let text = try String(contentsOfFile: scratch.path + "/out/train.jsonl", encoding: .utf8)
        if format == .llamaFactory {
            #expect(
                text.contains(#"{"from":"gpt","value":"a"}"#) && text.contains(#""system":"s""#))
        } else {
            #expect(try JSONDecoder().decode(SupervisedRow.self, from: Data(text.utf8)) == row)
        }
    }

    @Test func `a row that a trainer has no form for is refused`() throws {
        let scratch = try Scratch()
        #expect(throws: TrainingError.self) {
            try DatasetFormat.openRLHF.write(
                [SupervisedRow.text("plain")], to: scratch.path + "/out")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/out"))
    }
}
