import Foundation
import KeelReport
import Testing

struct ChartTests {
    static let charts: [any Chart] = {
        var wave = Wave()
        return [
            Demo.rates(Demo.dimensions, &wave), Demo.differences(Demo.dimensions, &wave),
            Demo.correlation(Demo.dimensions, &wave), Demo.training(&wave),
            Histogram(
                title: "One value", summary: "Thrice.", axis: Axis("Gap"), counted: "Probes",
                values: [2, 2, 2]),
            ScatterPlot(
                title: "Two rates", summary: "With crosses.",
                horizontal: Axis("Right", unit: .percent, reach: 0...1),
                vertical: Axis("Up", unit: .percent, reach: 0...1),
                series: [
                    .init(
                        "One",
                        [.init("a", x: 0.2, y: 0.1, xInterval: 0.1...0.9, yInterval: 0...0.4)]),
                    .init("Other", [.init("b", x: 0, y: 1, xInterval: 0...0.3)]),
                ]),
        ]
    }()

    @Test(arguments: charts.indices, [720.0, 340.0])
    func `a chart is well-formed, named and described`(index: Int, width: Double) throws {
        let chart = Self.charts[index]
        let svg = try #require(XMLText(try chart.svg(width: width)))
        let root = try #require(svg.elements.first)
        #expect(root.attributes["role"] == "img")
        let names = root.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) ?? []
        let ids = svg.elements.compactMap { $0.attributes["id"] }
        #expect(names.count == 2 && ids == names)
        #expect(!(try chart.table().rows.isEmpty))
    }

    @Test(arguments: charts.indices, [720.0, 340.0])
    func `every coordinate lies inside the picture`(index: Int, width: Double) throws {
        let svg = try #require(XMLText(try Self.charts[index].svg(width: width)))
        let root = try #require(svg.elements.first)
        let right = try #require(root.attributes["width"].flatMap(Double.init))
        let bottom = try #require(root.attributes["height"].flatMap(Double.init))
        for element in svg.elements.dropFirst() {
            for (name, value) in element.attributes {
                guard let number = Double(value) else { continue }
                if ["x", "x1", "x2", "cx"].contains(name) { #expect((0...right).contains(number)) }
                if ["y", "y1", "y2", "cy"].contains(name) {
                    #expect((0...bottom).contains(number))
                }
            }
        }
    }

    @Test func `a row leads to its explanation, from the picture and from the table`() throws {
        let plot = ForestPlot(
            title: "Map", summary: "", axis: Axis("Rate"), series: ["A"],
            groups: [.init(rows: [.init("Warmth", [.init(exactly: 1)], anchor: "warmth")])])
        let page = try Page(
            title: "", lede: "", sections: [.init("", anchor: "map", [.chart(plot)])]
        )
        .html()
        #expect(page.components(separatedBy: "<g data-to=\"warmth\">").count == 3)
        #expect(page.contains("<a href=\"#warmth\">Warmth</a>"))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func `a value that cannot be drawn is refused, with its place`(value: Double) {
        let plot = ForestPlot(
            title: "Map", summary: "", axis: Axis("Rate"), series: ["A"],
            groups: [.init(rows: [.init("Warmth", [Estimate(exactly: value)])])])
        let place = "\"Warmth\", A of the chart \"Map\""
        #expect(throws: ReportError.unshowable(value: "\(value)", place: place)) {
            try plot.svg()
        }
        let other: [any Chart] = [
            Histogram(
                title: "", summary: "", axis: Axis(""), counted: "", values: [1, value]),
            LineChart(
                title: "", summary: "", horizontal: Axis(""), vertical: Axis(""),
                series: [.init("", [.init(x: value, y: Estimate(exactly: 0))])]),
            HeatMap(
                title: "", summary: "", unit: .plain, columns: ["a"], rows: [.init("b", [value])]),
        ]
        for chart in other { #expect(throws: ReportError.self) { try chart.svg() } }
    }

    @Test(arguments: [0, 1e-300, -1e99, 1e99, Double.leastNonzeroMagnitude])
    func `a single extreme value still makes a chart`(value: Double) throws {
        let plot = ForestPlot(
            title: "Map", summary: "", axis: Axis("Rate"), series: ["A"],
            groups: [.init(rows: [.init("Warmth", [Estimate(exactly: value)])])])
        #expect(XMLText(try plot.svg()) != nil)
    }

    @Test func `what does not fit together is refused`() {
        func plot(series: [String], _ estimates: [Estimate?]) -> ForestPlot {
            ForestPlot(
                title: "Map", summary: "", axis: Axis("Rate"), series: series,
                groups: [.init(rows: [.init("Warmth", estimates)])])
        }
        #expect(throws: ReportError.nothingToShow(chart: "Map")) {
            try plot(series: ["A"], [nil]).svg()
        }
        #expect(throws: ReportError.tooManySeries(chart: "Map", limit: 6, found: 7)) {
            try plot(series: Array(repeating: "A", count: 7), []).svg()
        }
        #expect(
            throws: ReportError.wrongCount(
                place: "The row \"Warmth\" of the chart \"Map\"", expected: 2, found: 1)
        ) { try plot(series: ["A", "B"], [nil]).svg() }
        #expect(throws: ReportError.self) {
            try plot(series: ["A"], [Estimate(1, low: 2, high: 3)]).svg()
        }
    }

    @Test func `a histogram counts every value once`() throws {
        var wave = Wave()
        let values = (0..<500).map { _ in wave.next() * 3 - 1 } + [-1, 0, 0.2, 0.4, 2]
        let table = try Histogram(
            title: "H", summary: "", axis: Axis("x", unit: .percent), counted: "n", values: values
        ).table()
        let counts = table.rows.compactMap { row -> Double? in
            if case .number(let count, _) = row[2] { count } else { nil }
        }
        #expect(counts.reduce(0, +) == Double(values.count))
    }

    @Test func `whole numbers have bins of whole numbers`() throws {
        func ends(_ values: [Double]) throws -> [[Double]] {
            try Histogram(
                title: "H", summary: "", axis: Axis("Words"), counted: "n", values: values
            ).table().rows.map { row in
                row.compactMap { if case .number(let number, _) = $0 { number } else { nil } }
            }
        }
        #expect(try ends([3, 3, 3]) == [[3, 4, 3]])
        #expect(try ends([3, 4, 6]) == [[3, 4, 1], [4, 5, 1], [5, 6, 0], [6, 7, 1]])
        for bin in try ends((0..<90).map { Double($0 * $0) }) {
            #expect(bin[0] == bin[0].rounded() && bin[1] == bin[1].rounded())
        }
    }

    @Test func `a long label is wrapped or shortened, and whole in its title`() throws {
        let label = String(repeating: "unreasonably long label ", count: 9)
        let plot = ForestPlot(
            title: "Map", summary: "", axis: Axis("Rate"), series: ["A"],
            groups: [.init(rows: [.init(label, [Estimate(exactly: 1)], note: label)])])
        let svg = try plot.svg(width: 340)
        #expect(svg.contains("<title>\(label)</title>"))
        #expect(svg.contains("…</text>"))
    }
}
