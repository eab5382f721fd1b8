import Foundation
import KeelReport
import Testing

struct PageTests {
    /// Set `KEEL_DEMO_REPORT` to a path to look at the page.
    @Test func `a page is written whole and can be read back`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "report.html")
        try Demo.page().write(to: file.path())
        #expect(try String(contentsOf: file, encoding: .utf8) == Demo.page().html())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).count == 1)
        if let kept = ProcessInfo.processInfo.environment["KEEL_DEMO_REPORT"] {
            try Demo.page().write(to: kept)
        }
    }

    @Test func `a folder that is not there gives an error with the path`() {
        let path = "/nowhere-\(UUID().uuidString)/report.html"
        let error = #expect(throws: ReportError.self) { try Demo.page().write(to: path) }
        #expect(error?.description.contains(path) == true)
    }

    @Test func `the page reaches for nothing outside itself`() throws {
        let html = try Demo.page().html()
        for reach in ["://", "src=", "@import", "url(", "<link", "<iframe", "fetch("] {
            #expect(!html.contains(reach), "\(reach)")
        }
        #expect(html.contains("default-src 'none'"))
    }

    @Test func `ten thousand samples stay small and out of the document`() throws {
        let html = try Demo.page(probes: 100, answers: 10).html()
        #expect(html.utf8.count < 5_000_000)
        let body = try #require(html.range(of: "<script type=\"application/json\""))
        #expect(html[..<body.lowerBound].count { $0 == "<" } < 4_000)
        let texts = try DeferredParts(of: html).texts
        #expect(texts.reduce(0) { $0 + $1.ranges(of: "Assistant, seed").count } == 10_000)
    }

    @Test func `deferred parts are numbered as their boxes say`() throws {
        let page = Page(
            title: "T", lede: "",
            sections: [
                .init(
                    "S", anchor: "s",
                    [
                        .details(
                            Details(
                                "outer", isDeferred: true,
                                [.details(Details("inner", isDeferred: true, [.code("</script>")]))]
                            ))
                    ])
            ])
        let html = try page.html()
        let parts = try DeferredParts(of: html).texts
        #expect(parts.count == 2)
        #expect(parts[0].contains("&lt;/script&gt;"))
        #expect(parts[1].contains("<summary>inner</summary><div data-part=\"0\">"))
        #expect(html.contains("<summary>outer</summary><div data-part=\"1\">"))
        #expect(html.contains("<noscript>"))
    }

    @Test func `every link inside the page has its target`() throws {
        let html = try Demo.page().html()
        for match in html.matches(of: #/href="#([^"]+)"/#) {
            #expect(html.contains("id=\"\(match.output.1)\""))
        }
    }

    @Test(arguments: ["", "two words", "ä", "\"", "main", "taken"])
    func `an anchor that is malformed or taken is refused`(anchor: String) {
        let page = Page(
            title: "T", lede: "",
            sections: [.init("A", anchor: "taken", []), .init("B", anchor: anchor, [])])
        #expect(throws: ReportError.invalidAnchor(anchor)) { try page.html() }
    }

    @Test func `a table with a broken row, number or p-value is refused`() {
        func html(_ row: [Table.Cell]) throws -> String {
            let table = Table(caption: "C", columns: [.text("a"), .number("b")], rows: [row])
            return try Page(
                title: "T", lede: "", sections: [.init("S", anchor: "s", [.table(table)])]
            ).html()
        }
        let place = "Row 0, column \"b\" of the table \"C\""
        #expect(
            throws: ReportError.wrongCount(place: "Row 0 of the table \"C\"", expected: 2, found: 1)
        ) { try html([.missing]) }
        #expect(throws: ReportError.unshowable(value: "nan", place: place)) {
            try html([.missing, .number(.nan, .plain)])
        }
        #expect(throws: ReportError.notAProbability(value: "1.5", place: place)) {
            try html([.missing, .pValue(1.5)])
        }
    }
}
