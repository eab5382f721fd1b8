/// A grid of numbers, each in a cell whose tint follows it: upwards of zero one hue, below another.
public struct HeatMap: Chart, Hashable {
    public var title: String
    public var summary: String
    /// How numbers in cells are written.
    public var unit: Unit
    /// Their headings, from the left.
    public var columns: [String]
    /// In order from the top.
    public var rows: [Row]

    /// One row of cells.
    public struct Row: Hashable, Sendable {
        /// What the row is of.
        public var label: String
        /// In the order of the map's columns; nil where there is no value.
        public var values: [Double?]

        public init(_ label: String, _ values: [Double?]) {
            self.label = label
            self.values = values
        }
    }

    public init(title: String, summary: String, unit: Unit, columns: [String], rows: [Row]) {
        self.title = title
        self.summary = summary
        self.unit = unit
        self.columns = columns
        self.rows = rows
    }

    /// The picture; wider than asked for where the cells would not hold their numbers.
    /// - Throws: `ReportError` when a value cannot be drawn.
    public func drawing(width: Double) throws(ReportError) -> Drawing {
        try validate()
        let values = rows.flatMap(\.values).compactMap(\.self)
        let largest = values.map(abs).max() ?? 0
        let decimals = unit.decimals(for: values)
        let widestText =
            values.map { TextLayout.width(unit.text($0, decimals: decimals)) }.max() ?? 0
        let widestLabel = rows.map { TextLayout.width($0.label) }.max() ?? 0
        let left = min(widestLabel, width * 0.3) + 12
        let fitting = (width - left) / Double(columns.count)
        let cell = (width: max(widestText + 8, min(fitting, 96)), height: 34.0)
        var canvas = Canvas()
        let head = drawColumns(left: left, cellWidth: cell.width, on: &canvas)
        for (index, row) in rows.enumerated() {
            let y = head.bottom + Double(index) * cell.height
            canvas.group(title: row.label) { canvas in
                let lines = TextLayout.lines(row.label, width: left - 12, atMost: 2)
                let first = y + cell.height / 2 + 4 - Double(lines.count - 1) * 7.5
                for (line, text) in lines.enumerated() {
                    canvas.text(text, x: 0, y: first + Double(line) * 15, class: "label")
                }
            }
            for (column, value) in row.values.enumerated() {
                let x = left + Double(column) * cell.width
                let text = value.map { unit.text($0, decimals: decimals) } ?? "–"
                canvas.group(title: "\(row.label), \(columns[column]): \(text)") { canvas in
                    if let value, largest > 0 {
                        canvas.rect(
                            x: x + 1, y: y + 1, width: cell.width - 2, height: cell.height - 2,
                            class: value < 0 ? "cold" : "warm",
                            opacity: abs(value) / largest * Palette.strongestTint)
                    }
                    canvas.text(
                        text, x: x + cell.width / 2, y: y + cell.height / 2 + 4, anchor: .middle,
                        class: "label")
                }
            }
        }
        return Drawing(
            width: max(width, left + Double(columns.count) * cell.width, head.right),
            height: head.bottom + Double(rows.count) * cell.height + 2, markup: canvas.markup)
    }

    /// Draws the columns' names: upright where they fit in three lines, else slanted.
    private func drawColumns(
        left: Double, cellWidth: Double, on canvas: inout Canvas
    ) -> (bottom: Double, right: Double) {
        let room = cellWidth - 8
        let upright = columns.map { TextLayout.lines($0, width: room, atMost: 4) }
        let words = columns.flatMap { $0.split(whereSeparator: \.isWhitespace) }
        let isUpright =
            words.allSatisfy { TextLayout.width(String($0)) <= room }
            && upright.allSatisfy { $0.count <= 3 }
        let slanted = columns.map { TextLayout.shortened($0, to: 140) }
        // Slanted by 45 degrees, a name takes the same room upwards and to the right.
        let reach = (slanted.map { TextLayout.width($0) }.max() ?? 0) * 0.71 + 12
        let bottom = isUpright ? Double(upright.map(\.count).max() ?? 1) * 15 + 12 : reach + 12
        for index in columns.indices {
            let x = left + (Double(index) + 0.5) * cellWidth
            canvas.group(title: columns[index]) { canvas in
                guard isUpright else {
                    canvas.text(slanted[index], x: x, y: bottom - 8, class: "tick", rotated: -45)
                    return
                }
                for (line, text) in upright[index].reversed().enumerated() {
                    canvas.text(
                        text, x: x, y: bottom - 9 - Double(line) * 15, anchor: .middle,
                        class: "tick")
                }
            }
        }
        let last = left + (Double(columns.count) - 0.5) * cellWidth
        return (bottom, isUpright ? 0 : last + reach)
    }

    public func table() throws(ReportError) -> Table {
        try validate()
        return Table(
            caption: title, columns: [.text("Row")] + columns.map { .number(unit.heading($0)) },
            rows: rows.map { row in
                [.text(Prose(row.label))]
                    + row.values.map { $0.map { .number($0, unit) } ?? .missing }
            })
    }

    private func validate() throws(ReportError) {
        for row in rows {
            guard row.values.count == columns.count else {
                throw .wrongCount(
                    place: "The row \"\(row.label)\" of the chart \"\(title)\"",
                    expected: columns.count, found: row.values.count)
            }
            for (column, value) in zip(columns, row.values) {
                guard let value else { continue }
                try check(value, "\"\(row.label)\", \(column)")
            }
        }
        guard rows.contains(where: { $0.values.contains { $0 != nil } }) else {
            throw .nothingToShow(chart: title)
        }
    }
}
