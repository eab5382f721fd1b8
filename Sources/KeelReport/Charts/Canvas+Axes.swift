extension Canvas {
    /// Draws vertical grid lines with their labels below, and the axis' heading under these.
    ///
    /// - Returns: the lower edge of what was drawn.
    mutating func bottomAxis(
        _ axis: Axis, scale: Scale, from left: Double, to right: Double, top: Double,
        bottom: Double
    ) -> Double {
        for tick in scale.ticks {
            line(tick.position, top, tick.position, bottom, class: "grid")
            text(tick.label, x: tick.position, y: bottom + 16, anchor: .middle, class: "tick")
        }
        line(left, bottom, right, bottom, class: "axis")
        let lines = TextLayout.lines(axis.heading, width: right - left + 40, atMost: 2)
        for (index, heading) in lines.enumerated() {
            text(
                heading, x: (left + right) / 2, y: bottom + 36 + Double(index) * 15,
                anchor: .middle, class: "heading")
        }
        return bottom + 26 + Double(lines.count) * 15
    }

    /// Draws horizontal grid lines with their labels to the left.
    mutating func leftAxis(scale: Scale, from left: Double, to right: Double) {
        for tick in scale.ticks {
            line(left, tick.position, right, tick.position, class: "grid")
            text(tick.label, x: left - 8, y: tick.position + 4, anchor: .end, class: "tick")
        }
    }

    /// Draws a name beside the shape of each series, in as many rows as the width needs.
    ///
    /// - Returns: the lower edge of what was drawn.
    mutating func legend(_ names: [String], from left: Double, width: Double, dashed: Bool)
        -> Double
    {
        guard names.count > 1 else { return 0 }
        var (x, y) = (left, 14.0)
        for (series, name) in names.enumerated() {
            let label = TextLayout.shortened(name, to: width - 34)
            let needed = 34 + TextLayout.width(label)
            if x > left, x + needed > left + width { (x, y) = (left, y + 20) }
            group(title: name) { canvas in
                let style = "interval s\(series + 1)" + (dashed ? " d\(series + 1)" : "")
                canvas.line(x, y - 4, x + 26, y - 4, class: style)
                canvas.marker(series: series, x: x + 13, y: y - 4)
                canvas.text(label, x: x + 32, y: y)
            }
            x += needed + 18
        }
        return y + 12
    }
}
