import Foundation
import KeelTokenizer
import Testing

struct ChatTemplateTests {
    private struct Goldens: Decodable {
        struct Template: Decodable {
            let name: String
            let source: String
            let outputs: [String?]
        }

        struct Corner: Decodable {
            let source: String
            let output: String?
        }

        let specialTokens: [String: String]
        let templates: [Template]
        let corners: [Corner]
    }

    private let goldens: Goldens
    private let conversations: [[String: TemplateValue]]
    private let cornerContext: [String: TemplateValue]
    private let date = Date(timeIntervalSince1970: 1_772_892_309)  // 2026-03-07 14:05:09 UTC

    init() throws {
        let data = try Golden.data("chat-templates.json")
        goldens = try JSONDecoder().decode(Goldens.self, from: data)
        let file = try #require(Self.members(TemplateValue(json: data)))
        guard case .array(let conversations)? = file["conversations"] else {
            throw CocoaError(.fileReadCorruptFile)
        }
        self.conversations = try conversations.map { try #require(Self.members($0)) }
        cornerContext = try #require(file["cornerContext"].flatMap(Self.members))
    }

    private static func members(_ value: TemplateValue) -> [String: TemplateValue]? {
        guard case .object(let members) = value else { return nil }
        return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
    }

    /// The text, or nil for a `TemplateError`.
    private func render(_ source: String, _ context: [String: TemplateValue]) -> String? {
        do throws(TemplateError) {
            return try ChatTemplate(source: source).render(
                context: context, specialTokens: goldens.specialTokens, date: date, timeZone: .gmt)
        } catch {
            return nil
        }
    }

    @Test func `conversations are rendered as by Jinja`() throws {
        #expect(goldens.templates.count == 7)
        #expect(conversations.count == 12)
        for template in goldens.templates {
            for (index, (context, output)) in zip(conversations, template.outputs).enumerated() {
                let text = render(template.source, context)
                #expect(
                    text.map { Array($0.utf8) } == output.map { Array($0.utf8) },
                    "\(template.name), conversation \(index): \(text.debugDescription)")
            }
        }
    }

    @Test func `every corner of the language is rendered as by Jinja`() {
        for corner in goldens.corners {
            let text = render(corner.source, cornerContext)
            #expect(
                text.map { Array($0.utf8) } == corner.output.map { Array($0.utf8) },
                "\(corner.source): \(text.debugDescription)")
        }
    }

    @Test func `plain messages have a short form`() throws {
        let template = try #require(goldens.templates.first { $0.name == "smollm2" })
        let text = try ChatTemplate(source: template.source).render(
            messages: [("user", "What's 2 + 2?")], addGenerationPrompt: true, bosToken: "<s>",
            extra: ["tools": nil])
        #expect(text == template.outputs[0])
    }

    @Test func `provenance survives what a template does to a text`() throws {
        let template = try ChatTemplate(
            source: "{{ ('x' ~ a|trim)[::-1]|upper }}{{ [a, 'z']|join('-') }}{{ a|tojson }}{{ b }}")
        let segments = try template.renderSegments(
            context: ["a": " q "], specialTokens: ["b": "<s>"])
        #expect(
            segments == [
                RenderedSegment(text: "Q", origin: .context),
                RenderedSegment(text: "X", origin: .template),
                RenderedSegment(text: " q ", origin: .context),
                RenderedSegment(text: "-z\"", origin: .template),
                RenderedSegment(text: " q ", origin: .context),
                RenderedSegment(text: "\"<s>", origin: .template),
            ])
    }

    @Test func `an error tells its place`() throws {
        let source = "line\n{% set x = 1 %}\n  {{ x + [] }}"
        let error = #expect(throws: TemplateError.self) {
            try ChatTemplate(source: source).render(context: [:])
        }
        #expect(error?.line == 3)
        #expect(error?.column == 6)
        #expect(error?.kind == .value)
        let loop = #expect(throws: TemplateError.self) {
            try ChatTemplate(source: "a\n{% for x in 5 %}{% endfor %}").render(context: [:])
        }
        #expect(loop?.line == 2)
        #expect(loop?.column == 13)
        let syntax = #expect(throws: TemplateError.self) {
            try ChatTemplate(source: "a\n\n {{ ) }}")
        }
        #expect(syntax?.line == 3)
        #expect(syntax?.column == 5)
        #expect(
            syntax?.description == #"The chat template failed at line 3, column 5: unexpected ")"."#
        )
    }
}
