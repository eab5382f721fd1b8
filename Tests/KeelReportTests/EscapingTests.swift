import Foundation
import KeelReport
import Testing

struct EscapingTests {
    @Test(arguments: Hostile.texts)
    func `escaped markup reads back as the text`(text: String) throws {
        let read = try #require(XMLText("<p>\(text.escapedForMarkup)</p>"))
        #expect(read.text == text)
        #expect(read.elements.count == 1)
    }

    @Test(arguments: Hostile.texts.filter { !$0.contains("\n") && !$0.contains("\t") })
    func `an escaped attribute reads back as the text`(text: String) throws {
        let read = try #require(XMLText("<p a=\"\(text.escapedForMarkup)\"/>"))
        #expect(read.elements.first?.attributes["a"] == text)
    }

    @Test func `characters that XML forbids become visible ones`() throws {
        let read = try #require(XMLText("<p>\(Hostile.forbidden.escapedForMarkup)</p>"))
        #expect(read.text == "␀␁␈␋␛␡\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test func `a carriage return survives`() throws {
        let read = try #require(XMLText("<p>\("a\r\nb".escapedForMarkup)</p>"))
        #expect(read.text.unicodeScalars.elementsEqual("a\r\nb".unicodeScalars))
    }

    @Test(arguments: Hostile.texts + [Hostile.forbidden])
    func `an escaped script text is JSON for the text and cannot end its element`(
        text: String
    ) throws {
        let escaped = text.escapedForScript
        let read = try JSONDecoder().decode([String].self, from: Data("[\(escaped)]".utf8))
        #expect(read.first.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
        for end in ["</", "<!", "\u{2028}", "\u{2029}", "\n"] { #expect(!escaped.contains(end)) }
    }

    @Test(arguments: Hostile.texts + [Hostile.forbidden])
    func `no text adds an element to a chart or a section`(text: String) throws {
        func elements(_ text: String) throws -> [String] {
            let chart = ForestPlot(
                title: text, summary: text, axis: Axis(text), series: [text, "other"],
                groups: [
                    .init(
                        "g" + text,
                        rows: [.init("r", [.init(exactly: 1), nil], note: "n")])
                ])
            let body = try Page(
                title: text, lede: Prose(text), facts: [.init(text, "\(code: text)")],
                sections: [
                    .init(
                        text, anchor: "a",
                        [
                            .paragraph("\(match: text, label: text)\(strong: text)\(text)"),
                            .code(text), .callout(Callout(.note, title: text, Prose(text))),
                            .transcript([Turn(.user, label: text, Prose(text))]),
                            .table(
                                Table(
                                    caption: text, columns: [.text(text)],
                                    rows: [[.text(Prose(text))]])),
                            .details(Details(Prose(text), [.list([Prose(text)])])),
                            .columns([[.paragraph(Prose(text))], [.code(text)]]),
                            .ranking(
                                Ranking(
                                    title: text, summary: text, axis: Axis(text),
                                    reference: Reference(0, label: text), parts: [text, "other"],
                                    items: [
                                        .init(Details(Prose(text), []), value: 1, counts: [1, 2])
                                    ])),
                        ])
                ]
            ).html()
            let start = try #require(body.range(of: "<header>"))
            let end = try #require(body.range(of: "</main>"))
            let inside = String(body[start.lowerBound..<end.upperBound])
                .replacing(" hidden>", with: ">").replacing(" data-sortable>", with: ">")
            let svg = try #require(XMLText(try chart.svg()))
            let page = try #require(XMLText("<body>\(inside)</body>"))
            return page.elements.map(\.name) + svg.elements.map(\.name).filter { $0 != "text" }
        }
        #expect(try elements(text) == elements("calm"))
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:x", " javascript:x", "java\nscript:x",
        "data:text/html,x",
        "vbscript:x", "//elsewhere", "",
    ])
    func `a link that could leave the reader's hands is refused`(target: String) {
        let page = Page(
            title: "T", lede: "\(link: "here", to: target)", sections: [])
        #expect(throws: ReportError.unsafeLink(target)) { try page.html() }
    }

    @Test(arguments: [
        "https://example.org/a?b=c&d", "mailto:a@b.c", "#map", "samples.jsonl", "a/b:c",
    ])
    func `an ordinary link is kept`(target: String) throws {
        let html = try Page(title: "T", lede: "\(link: "here", to: target)", sections: []).html()
        #expect(html.contains("<a href=\"\(target.escapedForMarkup)\">here</a>"))
    }
}
