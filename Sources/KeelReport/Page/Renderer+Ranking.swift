extension Renderer {
    /// The size of a row's pictures, in pixels.
    private static let strip = (width: 168.0, height: 16.0)
    private static let bar = (width: 112.0, height: 12.0)

    /// A list of details whose summaries are rows of a chart.
    ///
    /// The pictures of a row are hidden from screen readers: its words say the same. All values of
    /// the list are drawn once, and each row refers to that drawing.
    mutating func html(_ ranking: Ranking) throws(ReportError) -> String {
        try ranking.validate()
        let name = "ranking-\(nextNumber())"
        let scale = ranking.axis.map { axis in
            Scale(
                axis, showing: ranking.values + (ranking.reference?.values ?? []), from: 14,
                to: Self.strip.width - 14)
        }
        let hasValues = scale != nil && !ranking.values.isEmpty
        let rows = try inside(true) { renderer throws(ReportError) in
            var rows = ""
            for item in ranking.items {
                var aside = ""
                if hasValues, let scale {
                    aside += Self.place(of: item.value, in: ranking, name, scale)
                }
                if ranking.hasCounts { aside += Self.shares(item.counts, of: ranking.parts) }
                rows += try renderer.html(item.details, aside: aside)
            }
            return rows
        }
        var head = "<span></span>"
        if hasValues, let scale { head += Self.head(ranking, name, scale) + "<span></span>" }
        if ranking.hasCounts {
            let names = ranking.parts.enumerated().map { part, name in
                let key = Self.bar([(part, 1)], total: 1, width: Self.bar.height)
                return "<span>\(key) \(name.escapedForMarkup)</span>"
            }
            head += "<span class=\"legend\">\(names.joined())</span>"
        }
        let columns = (hasValues ? " values" : "") + (ranking.hasCounts ? " counts" : "")
        return """
            <figure class="chart ranking\(columns)">\(caption(ranking.title, ranking.summary))
            <div class="head" aria-hidden="true">\(head)</div>
            <div class="rows">\(rows)</div>
            \(try numbers(ranking.table()))</figure>\n
            """
    }

    /// The axis, with a tick for each value of the list.
    private static func head(_ ranking: Ranking, _ name: String, _ scale: Scale) -> String {
        var strip = Canvas()
        strip.line(0, 8, Self.strip.width, 8, class: "scale-line")
        for value in ranking.values {
            strip.line(scale(value), 3, scale(value), 13, class: "scale-tick")
        }
        if let reference = ranking.reference {
            strip.line(
                scale(reference.value), 0, scale(reference.value), 16, class: "scale-reference")
        }
        var labels = Canvas()
        for tick in scale.ticks {
            labels.text(tick.label, x: tick.position, y: 11, anchor: .middle, class: "tick")
        }
        let (width, height) = (Self.strip.width, Self.strip.height)
        return """
            <svg \(size(width, height + 16))><symbol id="\(name)" \(size(width, height))>\
            \(strip.markup)</symbol>\(labels.markup)<use href="#\(name)" y="16"/></svg>
            """
    }

    /// Where an item's value lies among those of the list.
    private static func place(
        of value: Double?, in ranking: Ranking, _ name: String, _ scale: Scale
    ) -> String {
        let unit = ranking.axis?.unit ?? .plain
        var canvas = Canvas()
        if let value { canvas.marker(series: 0, x: scale(value), y: 8) }
        let decimals = unit.decimals(for: ranking.values)
        let text = value.map { unit.text(shown: $0 * unit.factor, decimals: decimals) }
        let title = ranking.axis?.title ?? ""
        return """
            <svg aria-hidden="true" \(size(strip.width, strip.height))><use href="#\(name)"/>\
            \(canvas.markup)</svg><span class="value"><span class="unseen">\
            \(title.escapedForMarkup) </span>\((text ?? "–").escapedForMarkup)</span>
            """
    }

    /// A bar of an item's shares, and its counts in words.
    private static func shares(_ counts: [Int], of parts: [String]) -> String {
        let total = counts.reduce(0, +)
        guard total > 0 else {
            let word = counts.isEmpty ? "not read" : "none read"
            return "<span></span><span class=\"count\">\(word)</span>"
        }
        let shown = zip(counts.indices, counts).filter { $0.1 > 0 }
        let words = shown.map { "\($0.1) \(parts[$0.0])" }.joined(separator: ", ")
        return bar(shown, total: total, width: bar.width)
            + "<span class=\"count\">\(words.escapedForMarkup)</span>"
    }

    private static func bar(
        _ counts: [(part: Int, count: Int)], total: Int, width: Double
    ) -> String {
        var canvas = Canvas()
        var before = 0
        for (part, count) in counts {
            let start = Double(before) / Double(total) * width
            canvas.rect(
                x: start, y: 0, width: Double(count) / Double(total) * width, height: bar.height,
                class: "part-\(part + 1)")
            before += count
        }
        return "<svg aria-hidden=\"true\" \(size(width, bar.height))>\(canvas.markup)</svg>"
    }

    private static func size(_ width: Double, _ height: Double) -> String {
        let (width, height) = (NumberText.coordinate(width), NumberText.coordinate(height))
        return "viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\""
    }
}
