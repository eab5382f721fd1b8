/// Curves over a common axis, each with a band of uncertainty where there is one.
public struct LineChart: Chart, Hashable {
    public var title: String
    public var summary: String
    /// Of the points' `x`.
    public var horizontal: Axis
    /// Of the points' `y`.
    public var vertical: Axis
    /// One to six curves.
    public var series: [Series]

    /// One curve.
    public struct Series: Hashable, Sendable {
        /// As the legend has it.
        public var name: String
        /// In the order they are joined.
        public var points: [Point]

        public init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// A point of a curve.
    public struct Point: Hashable, Sendable {
        public var x: Double
        /// Its interval is drawn as a band.
        public var y: Estimate

        public init(x: Double, y: Estimate) {
            self.x = x
            self.y = y
        }
    }

    public init(
        title: String, summary: String, horizontal: Axis, vertical: Axis, series: [Series]
    ) {
        self.title = title
        self.summary = summary
        self.horizontal = horizontal
        self.vertical = vertical
        self.series = series
    }

    public func drawing(width: Double) throws(ReportError) -> Drawing {
        try validate()
        var canvas = Canvas()
        let headingTop = canvas.legend(series.map(\.name), from: 0, width: width, dashed: true)
        let heading = TextLayout.shortened(vertical.heading, to: width)
        canvas.text(heading, x: 0, y: headingTop + 14, class: "heading")
        let top = headingTop + 30
        let bottom = top + (width < 520 ? 200 : 260)
        let points = series.flatMap(\.points)
        let y = Scale(
            vertical, showing: points.flatMap { [$0.y.low, $0.y.high] }, from: bottom, to: top,
            spacing: 36)
        let left = y.labelWidth + 14
        let right = width - 24
        let x = Scale(horizontal, showing: points.map(\.x), from: left, to: right)
        canvas.leftAxis(scale: y, from: left, to: right)
        for (index, series) in series.enumerated() {
            guard series.points.contains(where: { $0.y.low < $0.y.high }) else { continue }
            canvas.polygon(
                series.points.map { (x($0.x), y($0.y.high)) }
                    + series.points.reversed().map { (x($0.x), y($0.y.low)) },
                class: "area s\(index + 1)")
        }
        for (index, series) in series.enumerated() {
            let places = series.points.map { (x: x($0.x), y: y($0.y.value)) }
            canvas.polyline(places, class: "curve s\(index + 1) d\(index + 1)")
            // A few shapes along the curve tell it apart; one on each of many points would hide it.
            let stride = max(1, series.points.count / 7)
            for position in Swift.stride(from: 0, to: places.count, by: stride) {
                let point = series.points[position]
                let name =
                    "\(series.name), \(horizontal.unit.text(point.x)): "
                    + point.y.text(vertical.unit)
                canvas.group(title: name) {
                    $0.marker(series: index, x: places[position].x, y: places[position].y)
                }
            }
        }
        let lowest = canvas.bottomAxis(
            horizontal, scale: x, from: left, to: right, top: bottom, bottom: bottom)
        return Drawing(width: width, height: lowest, markup: canvas.markup)
    }

    public func table() throws(ReportError) -> Table {
        try validate()
        let rows = series.flatMap { series in
            series.points.map { point -> [Table.Cell] in
                [
                    .text(Prose(series.name)), .number(point.x, horizontal.unit),
                    .estimate(point.y, vertical.unit),
                ]
            }
        }
        return Table(
            caption: "\(title): every point",
            columns: [
                .text("Curve"), .number(horizontal.heading), .number(vertical.heading),
            ],
            rows: rows)
    }

    private func validate() throws(ReportError) {
        guard series.count <= SeriesStyle.limit else {
            throw .tooManySeries(chart: title, limit: SeriesStyle.limit, found: series.count)
        }
        guard series.contains(where: { !$0.points.isEmpty }) else {
            throw .nothingToShow(chart: title)
        }
        try check(horizontal)
        try check(vertical)
        for series in series {
            for (index, point) in series.points.enumerated() {
                try check(point.x, "The place of point \(index) of \"\(series.name)\"")
                try check(point.y, "Point \(index) of \"\(series.name)\"")
            }
        }
    }
}
