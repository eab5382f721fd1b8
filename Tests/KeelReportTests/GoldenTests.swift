import Foundation
import KeelReport
import Testing

/// Pictures and a page as they were last looked at and approved.
///
/// After a wanted change, run the tests with `KEEL_RECORD=1`, look at the files in `Goldens`, and
/// commit them.
struct GoldenTests {
    @Test(
        arguments: ["forest-plot", "histogram", "line-chart", "heat-map", "scatter-plot"],
        [720.0, 340.0])
    func `a chart looks as recorded`(name: String, width: Double) throws {
        var wave = Wave()
        let three = Array(Demo.dimensions.prefix(3))
        let chart: any Chart =
            switch name {
            case "forest-plot": Demo.differences(three, &wave)
            case "histogram":
                Histogram(
                    title: "Gaps", summary: "Nine made-up gaps.",
                    axis: Axis("Gap", unit: .named("nats per token")), counted: "Probes",
                    values: [-0.4, -0.1, 0, 0.1, 0.2, 0.2, 0.3, 0.5, 0.9],
                    reference: Reference(0, label: "no preference"))
            case "line-chart":
                LineChart(
                    title: "Loss", summary: "Two made-up curves.", horizontal: Axis("Step"),
                    vertical: Axis("Loss", unit: .named("nats per token")),
                    series: ["Training", "Held out"].enumerated().map { index, name in
                        .init(
                            name,
                            (0..<5).map { step in
                                let y = 3 - Double(step) / 2 + Double(index) / 4
                                return .init(
                                    x: Double(step), y: Estimate(y, low: y - 0.1, high: y + 0.1))
                            })
                    })
            case "scatter-plot":
                ScatterPlot(
                    title: "Latents", summary: "Six made-up points of two kinds.",
                    horizontal: Axis("Change"),
                    vertical: Axis("Attribution", unit: .named("nats per token")),
                    series: [
                        .init(
                            "Others", (0..<4).map { .init("latent \($0)", x: 0.1, y: Double($0)) }),
                        .init(
                            "Named <these>",
                            [
                                .init("latent 7", x: -0.5, y: 2, anchor: "latent-7"),
                                .init("latent 9", x: 1.5, y: -1),
                            ]),
                    ])
            default: Demo.correlation(three, &wave)
            }
        try compare(chart.svg(width: width), with: "\(name)-\(Int(width)).svg")
    }

    @Test func `a page looks as recorded`() throws {
        var page = Demo.page(
            probes: 1, answers: 3, dimensions: Array(Demo.dimensions.prefix(2)))
        page.sections.removeAll { ["map", "training"].contains($0.anchor) }
        try compare(page.html(), with: "page.html")
    }

    private func compare(_ text: String, with name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Goldens/\(name)")
        if ProcessInfo.processInfo.environment["KEEL_RECORD"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
}
