/// Points by two numbers each, those worth a name in series of their own.
public struct ScatterPlot: Chart, Hashable {
    public var title: String
    public var summary: String
    /// Of the points' `x`.
    public var horizontal: Axis
    /// Of the points' `y`.
    public var vertical: Axis
    /// One to six kinds of points.
    public var series: [Series]

    /// Points of one kind.
    public struct Series: Hashable, Sendable {
        /// As the legend has it.
        public var name: String
        /// In any order.
        public var points: [Point]

        public init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// A point by two numbers.
    public struct Point: Hashable, Sendable {
        /// What it is, for those who point at it and in the table.
        public var label: String
        public var x: Double
        public var y: Double
        /// The intervals that the numbers are believed to lie in, drawn as a cross.
        public var xInterval: ClosedRange<Double>?
        /// The interval that `y` is believed to lie in; nil for none.
        public var yInterval: ClosedRange<Double>?
        /// Where on the page the point is explained.
        public var anchor: String?

        public init(
            _ label: String, x: Double, y: Double, xInterval: ClosedRange<Double>? = nil,
            yInterval: ClosedRange<Double>? = nil, anchor: String? = nil
        ) {
            self.label = label
            self.x = x
            self.y = y
            self.xInterval = xInterval
            self.yInterval = yInterval
            self.anchor = anchor
        }

        var across: Estimate { Self.estimate(x, xInterval) }
        var up: Estimate { Self.estimate(y, yInterval) }

        private static func estimate(
            _ value: Double, _ interval: ClosedRange<Double>?
        ) -> Estimate {
            guard let interval else { return Estimate(exactly: value) }
            return Estimate(value, low: interval.lowerBound, high: interval.upperBound)
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
        let headingTop = canvas.legend(series.map(\.name), from: 0, width: width, dashed: false)
        let heading = TextLayout.shortened(vertical.heading, to: width)
        canvas.text(heading, x: 0, y: headingTop + 14, class: "heading")
        let top = headingTop + 30
        let bottom = top + min(width * 0.6, 380)
        let points = series.flatMap(\.points)
        let heights = points.flatMap { [$0.y, $0.up.low, $0.up.high] }
        let y = Scale(vertical, showing: heights, from: bottom, to: top, spacing: 36)
        let left = y.labelWidth + 14
        let right = width - 24
        let places = points.flatMap { [$0.x, $0.across.low, $0.across.high] }
        let x = Scale(horizontal, showing: places, from: left, to: right)
        canvas.leftAxis(scale: y, from: left, to: right)
        for (index, series) in series.enumerated() {
            for point in series.points {
                let (across, up) = (point.across, point.up)
                let numbers = "\(across.text(horizontal.unit)), \(up.text(vertical.unit))"
                canvas.link(to: point.anchor) { canvas in
                    canvas.group(title: "\(point.label): \(numbers)") {
                        let name = "interval s\(index + 1)"
                        if point.xInterval != nil {
                            $0.line(
                                x(across.low), y(point.y), x(across.high), y(point.y), class: name)
                        }
                        if point.yInterval != nil {
                            $0.line(x(point.x), y(up.low), x(point.x), y(up.high), class: name)
                        }
                        $0.marker(series: index, x: x(point.x), y: y(point.y))
                    }
                }
            }
        }
        let lowest = canvas.bottomAxis(
            horizontal, scale: x, from: left, to: right, top: top, bottom: bottom)
        return Drawing(width: width, height: lowest, markup: canvas.markup)
    }

    public func table() throws(ReportError) -> Table {
        try validate()
        return Table(
            caption: "\(title): every point",
            columns: [
                .text("Kind"), .text("Point"), .number(horizontal.heading),
                .number(vertical.heading),
            ],
            rows: series.flatMap { series in
                series.points.map { point -> [Table.Cell] in
                    [
                        .text(Prose(series.name)),
                        .text(
                            point.anchor.map { "\(link: point.label, to: "#\($0)")" }
                                ?? Prose(point.label)),
                        point.xInterval == nil
                            ? .number(point.x, horizontal.unit)
                            : .estimate(point.across, horizontal.unit),
                        point.yInterval == nil
                            ? .number(point.y, vertical.unit)
                            : .estimate(point.up, vertical.unit),
                    ]
                }
            }, rowHeading: 1)
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
        for point in series.flatMap(\.points) {
            try check(point.across, "The place of \"\(point.label)\"")
            try check(point.up, "The height of \"\(point.label)\"")
        }
    }
}
