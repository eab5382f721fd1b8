import Foundation
import KeelReport
import Testing

/// A list of details whose rows are a chart.
struct RankingTests {
    private func html(_ items: [Ranking.Item], axis: Axis? = Axis("Gap")) throws -> String {
        let ranking = Ranking(
            title: "Probes", summary: "Dots are gaps.", axis: axis,
            reference: Reference(0, label: "zero"), parts: ["behaviour", "neither"], items: items)
        return try Page(
            title: "T", lede: "", sections: [.init("S", anchor: "s", [.ranking(ranking)])]
        ).html()
    }

    private func item(
        _ name: String, value: Double? = nil, counts: [Int] = []
    ) -> Ranking.Item {
        .init(
            Details(Prose(name), anchor: name, isHeading: true, [.paragraph("Within.")]),
            value: value, counts: counts)
    }

    @Test func `a row says in words what its pictures show`() throws {
        let html = try html([
            item("paris", value: -0.25, counts: [2, 1]), item("rome", value: 0.5, counts: [3, 0]),
        ])
        let row = try #require(html.firstMatch(of: #/<details id="paris">.*/#)).output
        #expect(row.contains("<h4>paris</h4>"))
        #expect(row.contains("<span class=\"unseen\">Gap </span>−0.250"))
        #expect(row.contains("<span class=\"count\">2 behaviour, 1 neither</span>"))
        #expect(html.contains("<span class=\"count\">3 behaviour</span>"))
        #expect(html.contains("<a href=\"#rome\">rome</a>"))
    }

    @Test func `all rows refer to one drawing of all values`() throws {
        let html = try html((0..<50).map { item("p\($0)", value: Double($0)) })
        #expect(html.ranges(of: "<symbol id=").count == 1)
        #expect(html.ranges(of: "class=\"scale-tick\"").count == 50)
        #expect(html.ranges(of: "<use href=\"#ranking-1\"").count == 51)
    }

    @Test func `without values or counts only the names are left`() throws {
        let html = try html([item("paris"), item("rome")])
        #expect(html.contains("<figure class=\"chart ranking\">"))
        #expect(html.contains("<summary><h4>paris</h4></summary>"))
    }

    @Test func `a row that lacks what others have says so`() throws {
        let html = try html([
            item("paris", value: 1, counts: [1, 0]), item("rome"), item("oslo", counts: [0, 0]),
        ])
        let row = try #require(html.firstMatch(of: #/<details id="rome">.*/#)).output
        #expect(row.contains("</span>–</span>") && row.contains(">not read</span>"))
        let empty = try #require(html.firstMatch(of: #/<details id="oslo">.*/#)).output
        #expect(empty.contains(">none read</span>"))
    }

    @Test func `values and counts that cannot be shown are refused`() {
        #expect(throws: ReportError.self) { try html([item("a", value: .nan)]) }
        #expect(throws: ReportError.self) { try html([item("a", counts: [1])]) }
        #expect(throws: ReportError.self) { try html([item("a", counts: [-1, 2])]) }
        #expect(throws: ReportError.invalidAnchor("a")) { try html([item("a"), item("a")]) }
    }
}
