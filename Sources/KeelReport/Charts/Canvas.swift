/// A drawing under construction: SVG elements in pixels, coloured by class only.
struct Canvas {
    enum Anchor: String { case start, middle, end }

    private(set) var markup = ""

    mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String
    ) {
        add("<line class=\"\(name)\"", [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)])
    }

    mutating func rect(
        x: Double, y: Double, width: Double, height: Double, class name: String,
        opacity: Double? = nil
    ) {
        let style = opacity.map { " fill-opacity=\"\(NumberText.fixed($0, decimals: 2))\"" } ?? ""
        add(
            "<rect class=\"\(name)\"\(style)",
            [("x", x), ("y", y), ("width", width), ("height", height)])
    }

    mutating func polyline(_ points: [(x: Double, y: Double)], class name: String) {
        markup += "<polyline class=\"\(name)\" points=\"\(Self.list(points))\"/>"
    }

    mutating func polygon(_ points: [(x: Double, y: Double)], class name: String) {
        markup += "<polygon class=\"\(name)\" points=\"\(Self.list(points))\"/>"
    }

    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, class name: String = "",
        rotated degrees: Double? = nil
    ) {
        let (x, y) = (NumberText.coordinate(x), NumberText.coordinate(y))
        let style = name.isEmpty ? "" : " class=\"\(name)\""
        let side = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        let turn = degrees.map { " transform=\"rotate(\(NumberText.coordinate($0)) \(x) \(y))\"" }
        markup +=
            "<text x=\"\(x)\" y=\"\(y)\"\(style)\(side)\(turn ?? "")>"
            + "\(text.escapedForMarkup)</text>"
    }

    /// Draws what belongs to one value, with a title that names it on hovering.
    mutating func group(title: String, _ draw: (inout Canvas) -> Void) {
        markup += "<g><title>\(title.escapedForMarkup)</title>"
        draw(&self)
        markup += "</g>"
    }

    /// Draws what leads to another place on the page when it is clicked, by the page's script.
    ///
    /// A picture is one thing to a screen reader and a keyboard; the table behind it has the links.
    mutating func link(to anchor: String?, _ draw: (inout Canvas) -> Void) {
        guard let anchor else { return draw(&self) }
        markup += "<g data-to=\"\(anchor.escapedForMarkup)\">"
        draw(&self)
        markup += "</g>"
    }

    /// The shape that stands for a series, so that colour is never alone in telling it.
    mutating func marker(series: Int, x: Double, y: Double) {
        let name = "marker s\(series + 1)"
        func shape(_ offsets: [(Double, Double)]) -> [(x: Double, y: Double)] {
            offsets.map { (x + $0.0, y + $0.1) }
        }
        switch SeriesStyle.shapes[series % SeriesStyle.limit] {
        case .circle:
            add("<circle class=\"\(name)\"", [("cx", x), ("cy", y), ("r", 4.5)])
        case .ring:
            add("<circle class=\"\(name) hollow\"", [("cx", x), ("cy", y), ("r", 4)])
        case .diamond:
            polygon(shape([(0, -5.8), (5.8, 0), (0, 5.8), (-5.8, 0)]), class: name)
        case .square:
            polygon(shape([(-4.2, -4.2), (4.2, -4.2), (4.2, 4.2), (-4.2, 4.2)]), class: name)
        case .triangle:
            polygon(shape([(0, -5.4), (5.4, 4.2), (-5.4, 4.2)]), class: name)
        case .wedge:
            polygon(shape([(0, 5.4), (5.4, -4.2), (-5.4, -4.2)]), class: name)
        }
    }

    private mutating func add(_ start: String, _ numbers: [(String, Double)]) {
        markup += start
        for (name, value) in numbers {
            markup += " \(name)=\"\(NumberText.coordinate(value))\""
        }
        markup += "/>"
    }

    private static func list(_ points: [(x: Double, y: Double)]) -> String {
        points.map { "\(NumberText.coordinate($0.x)),\(NumberText.coordinate($0.y))" }
            .joined(separator: " ")
    }
}

/// How series are told apart: each has its own colour, shape and dash pattern.
enum SeriesStyle {
    enum Shape { case circle, diamond, square, ring, triangle, wedge }

    static let shapes: [Shape] = [.circle, .diamond, .square, .ring, .triangle, .wedge]
    static let dashes = ["", "7 3", "2 3", "9 3 2 3", "5 5", "1 4"]
    static let limit = shapes.count
}
