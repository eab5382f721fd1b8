extension Table {
    /// The table in a box of its own, which scrolls where the table is wider than the page.
    /// - Throws: `ReportError` for a row of the wrong length or a number that cannot be shown.
    func html() throws(ReportError) -> String {
        var head = ""
        for column in columns {
            let style = column.isNumeric ? " class=\"number\"" : ""
            head += "<th scope=\"col\"\(style)>\(column.heading.escapedForMarkup)</th>"
        }
        let decimals = columns.indices.map(decimals)
        var body = ""
        for (index, row) in rows.enumerated() {
            guard row.count == columns.count else {
                throw .wrongCount(
                    place: "Row \(index) of the table \"\(caption)\"", expected: columns.count,
                    found: row.count)
            }
            body += "<tr>"
            for (column, cell) in row.enumerated() {
                body += try html(
                    cell, row: index, column: column, decimals: decimals[column])
            }
            body += "</tr>\n"
        }
        let sortable = rows.count > 2 ? " data-sortable" : ""
        let name = caption.escapedForMarkup
        return """
            <div class="scroll" role="group" aria-label="\(name)" tabindex="0">\
            <table\(sortable)><caption>\(name)</caption>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(body)</tbody></table></div>\n
            """
    }

    /// The decimals shared by the numbers of a column in one unit, so that they line up.
    private func decimals(of column: Int) -> [Unit: Int] {
        var values: [Unit: [Double]] = [:]
        for row in rows where row.indices.contains(column) {
            switch row[column] {
            case .number(let value, let unit):
                values[unit, default: []].append(value)
            case .estimate(let estimate, let unit):
                values[unit, default: []] += [estimate.value, estimate.low, estimate.high]
            case .text, .pValue, .missing: break
            }
        }
        var decimals: [Unit: Int] = [:]
        for (unit, values) in values {
            decimals[unit] = unit.decimals(for: values.filter { abs($0) < 1e100 })
        }
        return decimals
    }

    private func html(
        _ cell: Cell, row: Int, column: Int, decimals: [Unit: Int]
    ) throws(ReportError) -> String {
        let place = "Row \(row), column \"\(columns[column].heading)\" of the table \"\(caption)\""
        func check(_ value: Double) throws(ReportError) {
            guard abs(value) < 1e100 else { throw .unshowable(value: "\(value)", place: place) }
        }
        let text: String
        var sortKey: Double?
        switch cell {
        case .text(let prose):
            text = try prose.html()
        case .number(let value, let unit):
            try check(value)
            (text, sortKey) = (unit.text(value, decimals: decimals[unit] ?? 0), value)
        case .estimate(let estimate, let unit):
            for value in [estimate.value, estimate.low, estimate.high] { try check(value) }
            let parts = estimate.parts(unit, decimals: decimals[unit])
            let ends = parts.ends.map { " <span class=\"ends\">\($0)</span>" }
            (text, sortKey) = (parts.number + (ends ?? ""), estimate.value)
        case .pValue(let value):
            guard (0...1).contains(value) else {
                throw .notAProbability(value: "\(value)", place: place)
            }
            (text, sortKey) = (NumberText.pValue(value).escapedForMarkup, value)
        case .missing:
            text = "<span role=\"img\" aria-label=\"missing\">–</span>"
        }
        let key = sortKey.map { " data-value=\"\($0)\"" } ?? ""
        let style = columns[column].isNumeric ? " class=\"number\"" : ""
        return column == rowHeading
            ? "<th scope=\"row\"\(style)\(key)>\(text)</th>" : "<td\(style)\(key)>\(text)</td>"
    }
}
