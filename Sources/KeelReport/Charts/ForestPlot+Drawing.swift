extension ForestPlot {
    public func drawing(width: Double) throws(ReportError) -> Drawing {
        try validate()
        let layout = Layout(self, width: width)
        var canvas = Canvas()
        var y = canvas.legend(series, from: layout.legendLeft, width: width, dashed: false)
        let estimates = groups.flatMap(\.rows).flatMap(\.estimates).compactMap(\.self)
        let scale = Scale(
            axis,
            showing: estimates.flatMap { [$0.low, $0.high] } + (reference?.values ?? []),
            from: layout.plotLeft + 8, to: layout.plotRight - 8)
        if let reference {
            y += 14
            draw(reference, over: scale, at: y, width: width, on: &canvas)
            y += 8
        }
        let top = y
        let bottom = top + groups.reduce(0) { $0 + layout.height(of: $1) }
        let lowest = canvas.bottomAxis(
            axis, scale: scale, from: layout.plotLeft, to: layout.plotRight, top: top,
            bottom: bottom)
        if let reference {
            if let margin = reference.margin {
                let (low, high) = (scale(margin.lowerBound), scale(margin.upperBound))
                canvas.rect(x: low, y: top, width: high - low, height: bottom - top, class: "band")
            }
            let x = scale(reference.value)
            canvas.line(x, top - 4, x, bottom, class: "reference")
        }
        for group in groups {
            if !group.heading.isEmpty {
                canvas.rect(
                    x: 0, y: y, width: width, height: Layout.headingHeight, class: "cover")
                let heading = TextLayout.shortened(group.heading, to: width * 0.85)
                canvas.text(heading, x: 0, y: y + 20, class: "group")
                y += Layout.headingHeight
            }
            for row in group.rows {
                canvas.line(0, y, width, y, class: "rule")
                // Words above the dots would stand on the grid.
                if layout.isStacked {
                    canvas.rect(
                        x: 0, y: y + 1, width: width, height: layout.textHeight(of: row) + 7,
                        class: "cover")
                }
                canvas.link(to: row.anchor) {
                    draw(row, at: y, layout: layout, scale: scale, on: &$0)
                }
                y += layout.height(of: row)
            }
        }
        return Drawing(width: width, height: lowest, markup: canvas.markup)
    }

    private func draw(
        _ reference: Reference, over scale: Scale, at y: Double, width: Double,
        on canvas: inout Canvas
    ) {
        let label = TextLayout.shortened(reference.label, to: width)
        let half = TextLayout.width(label) / 2
        let x = min(max(scale(reference.value), half), width - half)
        canvas.group(title: reference.label) { canvas in
            canvas.text(label, x: x, y: y, anchor: .middle, class: "tick")
        }
    }

    private func draw(
        _ row: Row, at top: Double, layout: Layout, scale: Scale, on canvas: inout Canvas
    ) {
        let lines = layout.labelLines(row)
        let notes = layout.noteLines(row)
        let height = layout.height(of: row)
        let labelTop = layout.isStacked ? top + 6 : top + (height - Double(lines.count) * 15) / 2
        let noteTop = layout.isStacked ? top + 6 : top + (height - Double(notes.count) * 15) / 2
        canvas.group(title: row.label) { canvas in
            for (index, line) in lines.enumerated() {
                canvas.text(line, x: 0, y: labelTop + 11 + Double(index) * 15, class: "label")
            }
        }
        if !notes.isEmpty {
            canvas.group(title: row.note) { canvas in
                for (index, line) in notes.enumerated() {
                    canvas.text(
                        line, x: layout.width, y: noteTop + 11 + Double(index) * 15, anchor: .end,
                        class: "note")
                }
            }
        }
        let slot = Layout.seriesHeight
        let dotsTop =
            layout.isStacked
            ? top + 10 + layout.textHeight(of: row)
            : top + (height - Double(series.count) * slot) / 2
        for (index, estimate) in row.estimates.enumerated() {
            guard let estimate else { continue }
            let y = dotsTop + (Double(index) + 0.5) * slot
            canvas.group(title: "\(row.label), \(series[index]): \(estimate.text(axis.unit))") {
                $0.line(
                    scale(estimate.low), y, scale(estimate.high), y,
                    class: "interval s\(index + 1)")
                $0.marker(series: index, x: scale(estimate.value), y: y)
            }
        }
    }

    /// Where labels, dots and notes go: side by side, or stacked where there is little room.
    private struct Layout {
        static let headingHeight = 32.0
        static let seriesHeight = 14.0

        let width: Double
        let isStacked: Bool
        let labelWidth: Double
        let noteWidth: Double
        let plotLeft: Double
        let plotRight: Double
        let seriesCount: Int
        var legendLeft: Double { isStacked ? 0 : plotLeft }

        init(_ plot: ForestPlot, width: Double) {
            self.width = width
            isStacked = width < 520
            seriesCount = plot.series.count
            let rows = plot.groups.flatMap(\.rows)
            let widest = rows.map { TextLayout.width($0.label) }.max() ?? 0
            let widestNote = rows.map { TextLayout.width($0.note) }.max() ?? 0
            noteWidth = min(widestNote, width * (isStacked ? 0.4 : 0.2))
            if isStacked {
                labelWidth = width - (noteWidth > 0 ? noteWidth + 12 : 0)
                (plotLeft, plotRight) = (14, width - 14)
            } else {
                labelWidth = min(widest, width * 0.3)
                plotLeft = labelWidth + 16
                plotRight = width - (noteWidth > 0 ? noteWidth + 16 : 20)
            }
        }

        func labelLines(_ row: Row) -> [String] {
            TextLayout.lines(row.label, width: labelWidth, atMost: 3)
        }

        func noteLines(_ row: Row) -> [String] {
            TextLayout.lines(row.note, width: noteWidth, atMost: 2)
        }

        func textHeight(of row: Row) -> Double {
            Double(max(labelLines(row).count, noteLines(row).count)) * 15
        }

        func height(of row: Row) -> Double {
            let text = textHeight(of: row)
            let dots = Double(seriesCount) * Self.seriesHeight
            return isStacked ? text + dots + 18 : max(text, dots) + 12
        }

        func height(of group: Group) -> Double {
            group.rows.reduce(group.heading.isEmpty ? 0 : Self.headingHeight) {
                $0 + height(of: $1)
            }
        }
    }
}
