import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTokenizer
import KeelTraining
import TestSupport
import Testing

@Suite struct DataTests {
    private let scratch: Scratch
    private let language: LanguageModel

    init() throws {
        scratch = try Scratch()
        language = try Golden.model()
    }

    private func text(_ tokens: [Int]) -> String { language.tokenizer.decode(tokens) }

    private func supervised(_ lines: String...) throws -> [Example] {
        let path = scratch.path + "/rows.jsonl"
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return try TrainingFile(path: path, canaries: ["CANARY-7"]).rows(
            SupervisedRow.self, encode: RowEncoder(language, maxLength: 120).examples)
    }

    private func pairs(_ lines: String...) throws -> [PreferencePair] {
        let path = scratch.path + "/rows.jsonl"
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return try TrainingFile(path: path).rows(
            PreferenceRow.self, encode: RowEncoder(language).pairs)
    }

    private func targets(_ example: Example) -> [Int] {
        zip(example.tokens, example.isTarget).filter(\.1).map(\.0)
    }

    @Test func `all assistant turns are trained on, the end of each included, and nothing else`()
        throws
    {
        let example = try #require(
            supervised(
                #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, "#
                    + #"{"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}], "extra": 1}"#
            ).first)
        #expect(
            example.tokens
                == language.tokenizer.encode(
                    "<|start|>user: a<|end|><|start|>assistant: b<|end|>"
                        + "<|start|>user: c<|end|><|start|>assistant: d<|end|>",
                    parsingSpecial: true))
        #expect(
            targets(example) == language.tokenizer.encode("b<|end|>d<|end|>", parsingSpecial: true))
    }

    @Test func `prompts are read, completions trained on, plain text trained on whole`() throws {
        let examples = try supervised(
            #"{"prompt": "one ", "completion": "two"}"#, #"{"text": "three"}"#,
            #"{"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "r"}]}"#
        )
        let end = try #require(language.endTokens.first)
        #expect(examples[0].tokens == language.tokenizer.encode("one two") + [end])
        #expect(targets(examples[0]) == language.tokenizer.encode("two") + [end])
        #expect(targets(examples[1]) == language.tokenizer.encode("three") + [end])
        #expect(examples[1].targetCount == 5)
        #expect(targets(examples[2]) == language.tokenizer.encode("r") + [end])
    }

    @Test func `a message that spells a control token does not end its turn`() throws {
        let example = try #require(
            supervised(
                #"{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y<|end|>z"}]}"#
            ).first)
        #expect(targets(example).count { $0 == language.endTokens.first } == 1)
    }

    @Test(arguments: [
        (#"{"messages": [{"role": "user", "content": "x"}]}"#, "messages"),
        (#"{"messages": []}"#, "messages"),
        (#"{"messages": [{"role": "robot", "content": "x"}]}"#, "messages[0].role"),
        (#"{"messages": [{"role": "user"}]}"#, "messages[0].content"),
        (#"{"prompt": "x", "completion": ""}"#, "completion"),
        (#"{"prompt": "x", "completion": [{"role": "assistant", "content": "y"}]}"#, "completion"),
        (#"{"completion": "x"}"#, "prompt"),
        (#"{"text": 5}"#, "text"),
        (#"{"text": ""}"#, "text"),
        (#"{"txt": "x"}"#, "messages"),
        (#"{"text": "x""#, "JSON"),
        (#"{"text": "has CANARY-7 inside"}"#, #"field "text": it holds the canary"#),
        (#"{"text": "fine"}"#, #"field "text": it repeats line 1"#),
    ]) func `a row that cannot be trained on is named with file, line and field`(
        line: String, word: String
    ) throws {
        let error = #expect(throws: JSONLinesError.self) {
            try supervised(#"{"text": "fine"}"#, line)
        }
        let text = try #require(error?.description)
        #expect(text.contains("rows.jsonl, line 2") && text.contains(word), "\(text)")
    }

    @Test func `a row too long is refused, truncated or dropped, as was asked`() throws {
        let long = SupervisedRow.text(String(repeating: "x", count: 60))
        func examples(_ overlength: RowEncoder.Overlength) throws -> [Example] {
            try RowEncoder(language, maxLength: 50, overlength: overlength).examples(long)
        }
        #expect(throws: (any Error).self) { try examples(.refuse) }
        #expect(try examples(.truncate).map(\.tokens.count) == [50])
        #expect(try examples(.drop).isEmpty)
        let none = RowEncoder(language, maxLength: -5, overlength: .truncate)
        #expect(try none.examples(long).isEmpty)
        #expect(
            RowEncoder(language, maxLength: 1 << 20).maxLength
                == language.model.configuration.maxPositionEmbeddings)
    }

    @Test func `a row too long is refused with its field`() throws {
        let long = String(repeating: "x", count: 200)
        for (row, field) in [
            (#"{"text": "\#(long)"}"#, "text"),
            (#"{"prompt": "p", "completion": "\#(long)"}"#, "completion"),
            (
                #"{"messages": [{"role": "user", "content": "\#(long)"}, {"role": "assistant", "content": "a"}]}"#,
                "messages"
            ),
        ] {
            let error = #expect(throws: JSONLinesError.self) { try supervised(row) }
            #expect(error?.description.contains(#"field "\#(field)": it has"#) == true)
        }
    }

    @Test func `an empty file is refused`() throws {
        #expect(throws: JSONLinesError.self) { try supervised("", "  ") }
    }

    // MARK: Preferences

    @Test func `a prompt may be left to what both sides begin with`() throws {
        let user = #"{"role": "user", "content": "q"}"#
        let explicit = try pairs(
            #"{"prompt": [\#(user)], "chosen": [{"role": "assistant", "content": "a"}], "rejected": [{"role": "assistant", "content": "b"}]}"#
        )
        let implicit = try pairs(
            #"{"chosen": [\#(user), {"role": "assistant", "content": "a"}], "rejected": [\#(user), {"role": "assistant", "content": "b"}]}"#
        )
        #expect(explicit == implicit)
        let texts = try pairs(
            #"{"chosen": "Human: hi Assistant: yes", "rejected": "Human: hi Assistant: no"}"#)
        #expect(text(texts[0].chosen.tokens).hasPrefix("Human: hi Assistant: yes"))
        #expect(text(targets(texts[0].chosen)).hasPrefix(" yes"))
        #expect(text(targets(texts[0].rejected)).hasPrefix(" no"))
    }

    @Test func `a soft label is read, and one that is no probability refused`() throws {
        let row = #"{"prompt": "p", "chosen": "a", "rejected": "b", "chosen_probability": "#
        #expect(try pairs(row + "0.75}").first?.probability == 0.75)
        #expect(try pairs(#"{"prompt": "p", "chosen": "a", "rejected": "b"}"#)[0].probability == 1)
        let error = #expect(throws: JSONLinesError.self) { try pairs(row + "1.5}") }
        #expect(error?.description.contains("chosen_probability") == true)
        #expect(throws: JSONLinesError.self) {
            try pairs(#"{"prompt": "p", "chosen": "a", "rejected": "a"}"#)
        }
    }

    // MARK: Every template

    private struct Templates: Decodable {
        struct Template: Decodable {
            var name: String
            var source: String
        }
        var templates: [Template]
    }

    @Test func `on every template the trained tokens are the answers with what ends them`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(
                path: "KeelTokenizerTests/Goldens/chat-templates.json")
        let templates = try JSONDecoder().decode(Templates.self, from: Data(contentsOf: file))
            .templates
        #expect(templates.count >= 7)
        let messages: [Message] = [
            .user("First question?"), .assistant("FIRST-ANSWER"), .user("Second question?"),
            .assistant("SECOND-ANSWER"),
        ]
        for template in templates {
            let chat = try ChatRenderer(
                template: ChatTemplate(
                    source: "{% set bos_token = '<s>' %}{% set eos_token = '</s>' %}"
                        + template.source), tokenizer: language.tokenizer)
            let examples = try ConversationEncoder(chat).examples(messages)
            let trained = examples.map { text(targets($0)) }.joined()
            let read = examples.map { text(zip($0.tokens, $0.isTarget).filter { !$0.1 }.map(\.0)) }
                .joined()
            for answer in ["FIRST-ANSWER", "SECOND-ANSWER"] {
                #expect(trained.components(separatedBy: answer).count == 2, "\(template.name)")
            }
            #expect(!trained.contains("question"), "\(template.name)")
            // What the template writes behind an answer before the next turn, it writes in the loss.
            let last = try chat.segments(messages, addGenerationPrompt: false).map(\.text).joined()
            let tail = try #require(last.components(separatedBy: "SECOND-ANSWER").last)
            #expect(trained.hasSuffix("SECOND-ANSWER" + tail), "\(template.name)")
            #expect(!read.contains("SECOND-ANSWER"), "\(template.name)")
        }
    }

    @Test func `a template that writes answers otherwise than it asks for them is refused`() throws
    {
        let chat = try ChatRenderer(
            template: ChatTemplate(
                source: "{% for m in messages %}{{ m.role }}={{ m.content }};{% endfor %}"
                    + "{% if add_generation_prompt %}now answer: {% endif %}"),
            tokenizer: language.tokenizer)
        #expect(throws: ConversationError.notAContinuation(turn: 1)) {
            try ConversationEncoder(chat).examples([.user("a"), .assistant("b")])
        }
    }
}
