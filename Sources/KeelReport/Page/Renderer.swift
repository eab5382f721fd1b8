/// Turns blocks into HTML, and keeps what a page needs once: anchors, chart names, deferred parts.
struct Renderer {
    /// The HTML of each deferred part, by its number.
    private(set) var parts: [String] = []
    private var anchors: Set<String> = []
    private var chartCount = 0
    /// The level of the next heading; a section's own is 2.
    private var level = 3

    /// A picture of 720 pixels for a screen or paper, and one of 340 for a phone.
    private static let widths = [(name: "broad", width: 720.0), (name: "narrow", width: 340.0)]
    /// Longer tables behind a chart are built only when opened.
    private static let shortTable = 60

    /// Takes an anchor for one element.
    /// - Throws: `ReportError.invalidAnchor` when it is taken or malformed.
    mutating func claim(anchor: String) throws(ReportError) -> String {
        let isWord =
            !anchor.isEmpty
            && anchor.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isWord, anchors.insert(anchor).inserted else { throw .invalidAnchor(anchor) }
        return anchor
    }

    mutating func html(_ blocks: [Block]) throws(ReportError) -> String {
        var result = ""
        for block in blocks { result += try html(block) }
        return result
    }

    private mutating func html(_ block: Block) throws(ReportError) -> String {
        switch block {
        case .paragraph(let prose):
            return "<p>\(try prose.html())</p>\n"
        case .list(let items):
            var list = ""
            for item in items { list += "<li>\(try item.html())</li>" }
            return "<ul>\(list)</ul>\n"
        case .code(let text):
            return "<pre><code>\(text.escapedForMarkup)</code></pre>\n"
        case .callout(let callout):
            return """
                <div class="callout \(callout.kind.rawValue)" role="note">\
                <strong>\(callout.title.escapedForMarkup)</strong>\
                <p>\(try callout.body.html())</p></div>\n
                """
        case .chart(let chart):
            return try html(chart)
        case .table(let table):
            return try table.html()
        case .transcript(let turns):
            var list = ""
            for turn in turns {
                list += """
                    <li class="\(turn.speaker.rawValue)"><b>\(turn.label.escapedForMarkup)</b>\
                    <p dir="auto">\(try turn.text.html())</p></li>
                    """
            }
            return "<ol class=\"transcript\">\(list)</ol>\n"
        case .details(let details):
            return try html(details)
        case .ranking(let ranking):
            return try html(ranking)
        case .columns(let columns):
            var cells = ""
            for column in columns { cells += "<div>\(try html(column))</div>" }
            return "<div class=\"columns\">\(cells)</div>\n"
        }
    }

    /// Details with their summary.
    ///
    /// - Parameters:
    ///   - details: What to show.
    ///   - aside: HTML that follows the summary's words.
    /// - Returns: HTML.
    /// - Throws: `ReportError` for what cannot be shown.
    mutating func html(_ details: Details, aside: String = "") throws(ReportError) -> String {
        var attributes = ""
        if let anchor = details.anchor { attributes = " id=\"\(try claim(anchor: anchor))\"" }
        var summary = try details.summary.html()
        if details.isHeading { summary = heading(summary) }
        let body = try inside(details.isHeading) { renderer throws(ReportError) in
            try renderer.html(details.blocks)
        }
        let box: String
        if details.isDeferred {
            box = "<div data-part=\"\(parts.count)\"></div>"
            parts.append(body)
        } else {
            box = "<div>\(body)</div>"
        }
        return "<details\(attributes)><summary>\(summary)\(aside)</summary>\(box)</details>\n"
    }

    private mutating func html(_ chart: any Chart) throws(ReportError) -> String {
        let number = nextNumber()
        var pictures = ""
        for (name, width) in Self.widths {
            let svg = try chart.svg(
                id: "chart-\(number)-\(name)", width: width, attributes: " class=\"\(name)\"")
            pictures += "<div class=\"picture \(name)\">\(svg)</div>"
        }
        return """
            <figure class="chart">\(caption(chart.title, chart.summary))
            \(pictures)
            \(try numbers(chart.table()))</figure>\n
            """
    }

    // MARK: What charts and rankings share

    /// A number that no other chart of the page has.
    mutating func nextNumber() -> Int {
        chartCount += 1
        return chartCount
    }

    func caption(_ title: String, _ summary: String) -> String {
        "<figcaption>\(heading(title.escapedForMarkup))"
            + "<span>\(summary.escapedForMarkup)</span></figcaption>"
    }

    mutating func numbers(_ table: Table) throws(ReportError) -> String {
        try html(
            Details(
                "Show the numbers", isDeferred: table.rows.count > Self.shortTable,
                [.table(table)]))
    }

    /// Renders what stands under a heading.
    mutating func inside(
        _ heading: Bool, _ render: (inout Renderer) throws(ReportError) -> String
    ) throws(ReportError) -> String {
        let outer = level
        if heading { level += 1 }
        defer { level = outer }
        return try render(&self)
    }

    private func heading(_ html: String) -> String {
        let level = min(level, 6)
        return "<h\(level)>\(html)</h\(level)>"
    }
}
