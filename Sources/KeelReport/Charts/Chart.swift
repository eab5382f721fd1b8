/// Something drawn from numbers, with the numbers behind it.
public protocol Chart: Sendable {
    /// What the chart shows; the name a screen reader gives it.
    var title: String { get }
    /// What there is to see, in a sentence or two.
    var summary: String { get }

    /// The picture at a width in pixels; a page shows a broad and a narrow one.
    /// - Throws: `ReportError` when a value cannot be drawn.
    func drawing(width: Double) throws(ReportError) -> Drawing

    /// The numbers the picture was drawn from.
    /// - Throws: `ReportError` when a value cannot be shown.
    func table() throws(ReportError) -> Table
}

/// The elements of an SVG picture and the box, in pixels, that they fill.
public struct Drawing: Hashable, Sendable {
    /// In pixels, as asked for.
    public var width: Double
    /// In pixels, as the elements need.
    public var height: Double
    /// SVG elements, already escaped.
    public var markup: String

    public init(width: Double, height: Double, markup: String) {
        self.width = width
        self.height = height
        self.markup = markup
    }
}

extension Chart {
    /// The chart as an SVG file of its own, in light and dark.
    ///
    /// - Parameter width: in pixels.
    /// - Returns: an XML document.
    /// - Throws: `ReportError` when a value cannot be drawn.
    public func svg(width: Double = 720) throws(ReportError) -> String {
        let style = Palette.stylesheet + "\nsvg{background:var(--paper)}\n" + Stylesheet.charts
        return try svg(
            id: "chart", width: width, attributes: " xmlns=\"http://www.w3.org/2000/svg\"",
            style: "<style>\(style.escapedForMarkup)</style>")
    }

    func svg(
        id: String, width: Double, attributes: String, style: String = ""
    ) throws(ReportError) -> String {
        let drawing = try drawing(width: width)
        let (width, height) = (
            NumberText.coordinate(drawing.width), NumberText.coordinate(drawing.height)
        )
        return """
            <svg\(attributes) role="img" aria-labelledby="\(id)-t \(id)-d" \
            viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)">\
            <title id="\(id)-t">\(title.escapedForMarkup)</title>\
            <desc id="\(id)-d">\(summary.escapedForMarkup)</desc>\
            \(style)\(drawing.markup)</svg>
            """
    }

    /// Refuses a number no chart can show.
    func check(_ value: Double, _ place: @autoclosure () -> String) throws(ReportError) {
        guard abs(value) < 1e100 else {
            throw .unshowable(value: "\(value)", place: "\(place()) of the chart \"\(title)\"")
        }
    }

    /// Refuses an axis or a reference line that no chart can show.
    func check(_ axis: Axis, _ reference: Reference? = nil) throws(ReportError) {
        for value in [axis.reach?.lowerBound, axis.reach?.upperBound].compactMap(\.self) {
            try check(value, "The reach of the axis \"\(axis.title)\"")
        }
        for value in reference?.values ?? [] {
            try check(value, "The reference \"\(reference?.label ?? "")\"")
        }
    }

    func check(_ estimate: Estimate, _ place: @autoclosure () -> String) throws(ReportError) {
        for value in [estimate.value, estimate.low, estimate.high] { try check(value, place()) }
        guard estimate.low <= estimate.value, estimate.value <= estimate.high else {
            throw .reversedInterval(
                place: "\(place()) of the chart \"\(title)\"", low: "\(estimate.low)",
                value: "\(estimate.value)", high: "\(estimate.high)")
        }
    }
}
