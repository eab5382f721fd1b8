import Foundation
import KeelEvaluation
import TestSupport
import Testing

/// What is wrong with a file is said with its line and field.
struct ImportDefectTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

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
        let text = try #require(ImportSample.all.first { $0.0 == defect.format }).1
        #expect(text.contains(defect.old))
        return try scratch.refusal(
            defect.format, text.replacing(defect.old, with: defect.new, maxReplacements: 1))
    }

    @Test(arguments: ImportSample.all)
    func `a file of one cluster is refused`(format: ImportFormat, text: String) throws {
        var lines = text.split(whereSeparator: \.isNewline).map(String.init)
        switch format {
        case .anthropicEvals, .humanebench, .jsonl: lines = Array(lines.prefix(1))
        case .spiralBench: lines = [lines[0].dropLast() + "]"]
        case .xstest, .politicalPairs, .sycoBench: lines = Array(lines.prefix(2))
        }
        #expect(try scratch.refusal(format, lines.joined(separator: "\n")).contains("one cluster"))
    }

    @Test func `100,000 rows are imported`() throws {
        var text = ""
        for row in 0..<100_000 {
            text += #"{"question": "Is it \#(row)?", "answer_matching_behavior": "Yes", "#
            text += #""answer_not_matching_behavior": "No"}"# + "\n"
        }
        let suite = try scratch.imported(.anthropicEvals, text)
        #expect(suite.dimensions[0].probes.count == 100_000)
        let path = scratch.folder.appending(component: "large.yaml").path
        try suite.write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("bad: [\"No\"]\n"))
    }
}
