import Foundation

/// How many values fall into each of a row of equal bins.
public struct Histogram: Chart, Hashable {
    public var title: String
    public var summary: String
    /// Of the values.
    public var axis: Axis
    /// What is counted, for the vertical axis: `Probes`.
    public var counted: String
    /// In any order; each must be finite.
    public var values: [Double]
    /// A line at a value; nil for none.
    public var reference: Reference?

    public init(
        title: String, summary: String, axis: Axis, counted: String, values: [Double],
        reference: Reference? = nil
    ) {
        self.title = title
        self.summary = summary
        self.axis = axis
        self.counted = counted
        self.values = values
        self.reference = reference
    }

    /// The values from `low` on and below `high`; the last bin holds its upper end too.
    struct Bin: Hashable {
        var low: Double
        var high: Double
        var count: Int
    }

    /// Bins with round ends, about as many as Sturges' rule asks for and at most 30.
    /// - Throws: `ReportError` when there is no value, or one that cannot be drawn.
    func bins() throws(ReportError) -> [Bin] {
        try check(axis, reference)
        for (index, value) in values.enumerated() { try check(value, "Value \(index)") }
        guard var low = values.min(), var high = values.max() else {
            throw .nothingToShow(chart: title)
        }
        let wanted = min(30, 2 * Int(log2(Double(values.count)).rounded(.up)) + 4)
        let factor = axis.unit.factor
        let edges: [Double]
        let areWhole = values.allSatisfy { $0 == $0.rounded() && abs($0) < 1e6 }
        if areWhole, factor == 1, high - low < Double(wanted) {
            // A bin for each whole number.
            edges = Array(stride(from: low, through: high + 1, by: 1))
        } else {
            if high - low <= max(abs(low), abs(high)) * 1e-9 {
                (low, high) = (low - 0.5, high + 0.5)
            }
            edges = Ticks(covering: low * factor, high * factor, atMost: wanted).values
        }
        var bins = zip(edges, edges.dropFirst()).map {
            Bin(low: $0 / factor, high: $1 / factor, count: 0)
        }
        for value in values {
            let index = bins.lastIndex { $0.low <= value } ?? 0
            bins[index].count += 1
        }
        return bins
    }

    public func drawing(width: Double) throws(ReportError) -> Drawing {
        let bins = try bins()
        let counts = Axis(counted, reach: 0...1)
        let (top, height) = (reference == nil ? 30.0 : 48.0, 200.0)
        let bottom = top + height
        let vertical = Scale(
            counts, showing: bins.map { Double($0.count) }, from: bottom, to: top, spacing: 36)
        let left = vertical.labelWidth + 14
        let ends = bins.flatMap { [$0.low, $0.high] } + (reference?.values ?? [])
        let horizontal = Scale(axis, showing: ends, from: left, to: width - 24)
        var canvas = Canvas()
        canvas.text(TextLayout.shortened(counted, to: width), x: 0, y: 14, class: "heading")
        canvas.leftAxis(scale: vertical, from: left, to: width - 24)
        for bin in bins where bin.count > 0 {
            let (start, end) = (horizontal(bin.low), horizontal(bin.high))
            let y = vertical(Double(bin.count))
            let span = "\(axis.unit.text(bin.low)) to \(axis.unit.text(bin.high))"
            canvas.group(title: "\(span): \(bin.count)") {
                $0.rect(
                    x: start + 0.5, y: y, width: max(end - start - 1, 0.5), height: bottom - y,
                    class: "bar")
            }
        }
        if let reference {
            let x = horizontal(reference.value)
            let label = TextLayout.shortened(reference.label, to: width - left)
            let half = TextLayout.width(label) / 2
            canvas.line(x, top - 4, x, bottom, class: "reference")
            canvas.group(title: reference.label) {
                $0.text(
                    label, x: min(max(x, left + half), width - half), y: top - 9, anchor: .middle,
                    class: "tick")
            }
        }
        let lowest = canvas.bottomAxis(
            axis, scale: horizontal, from: left, to: width - 24, top: bottom, bottom: bottom)
        return Drawing(width: width, height: lowest, markup: canvas.markup)
    }

    public func table() throws(ReportError) -> Table {
        let rows = try bins().map { bin -> [Table.Cell] in
            [
                .number(bin.low, axis.unit), .number(bin.high, axis.unit),
                .number(Double(bin.count), .plain),
            ]
        }
        return Table(
            caption: "\(title): count of values in each bin",
            columns: [
                .number(axis.unit.heading("From")), .number(axis.unit.heading("To")),
                .number(counted),
            ],
            rows: rows)
    }
}
