/// Turns blocks into HTML, and keeps what a page needs once: anchors, chart names, deferred parts.
struct Renderer {
    /// The HTML of each deferred part, by its number.
    private(set) var parts: [String] = []
    private var anchors: Set<String> = []
    private var chartCount = 0

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
            return "<pre tabindex=\"0\"><code>\(text.escapedForMarkup)</code></pre>\n"
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
        }
    }

    private mutating func html(_ details: Details) throws(ReportError) -> String {
        var attributes = ""
        if let anchor = details.anchor { attributes = " id=\"\(try claim(anchor: anchor))\"" }
        let body = try html(details.blocks)
        let box: String
        if details.isDeferred {
            box = "<div data-part=\"\(parts.count)\"></div>"
            parts.append(body)
        } else {
            box = "<div>\(body)</div>"
        }
        return "<details\(attributes)><summary>\(try details.summary.html())</summary>"
            + "\(box)</details>\n"
    }

    private mutating func html(_ chart: any Chart) throws(ReportError) -> String {
        chartCount += 1
        var pictures = ""
        for (name, width) in Self.widths {
            let svg = try chart.svg(
                id: "chart-\(chartCount)-\(name)", width: width, attributes: " class=\"\(name)\"")
            pictures += "<div class=\"picture \(name)\" tabindex=\"0\">\(svg)</div>"
        }
        let table = try chart.table()
        let numbers = try html(
            Details(
                "Show the numbers", isDeferred: table.rows.count > Self.shortTable,
                [.table(table)]))
        return """
            <figure class="chart"><figcaption><strong>\(chart.title.escapedForMarkup)</strong>\
            <span>\(chart.summary.escapedForMarkup)</span></figcaption>
            \(pictures)
            \(numbers)</figure>\n
            """
    }
}
