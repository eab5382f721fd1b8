/// Details in a list, each with its value on a common scale and the shares of its parts.
///
/// A dot plot and a stacked bar chart whose rows can be opened.
public struct Ranking: Sendable {
    /// What is ranked.
    public var title: String
    /// The picture in a sentence, for those who do not see it.
    public var summary: String
    /// What the values measure; nil where no item has one.
    public var axis: Axis?
    /// A value worth a line, such as zero.
    public var reference: Reference?
    /// What an item's counts are counts of, two to four, from the first part of the bar to the
    /// last.
    public var parts: [String]
    /// The first one on top.
    public var items: [Item]

    /// A row that can be opened.
    public struct Item: Sendable {
        /// Its summary names the item; it is a heading.
        public var details: Details
        /// On the axis; nil where nothing was read.
        public var value: Double?
        /// As many as there are parts, or none where nothing is read from the item.
        public var counts: [Int]

        public init(_ details: Details, value: Double? = nil, counts: [Int] = []) {
            self.details = details
            self.value = value
            self.counts = counts
        }
    }

    public init(
        title: String, summary: String, axis: Axis? = nil, reference: Reference? = nil,
        parts: [String] = [], items: [Item]
    ) {
        self.title = title
        self.summary = summary
        self.axis = axis
        self.reference = reference
        self.parts = parts
        self.items = items
    }

    var values: [Double] { items.compactMap(\.value) }
    var hasCounts: Bool { items.contains { !$0.counts.isEmpty } }

    /// The numbers the rows are drawn from.
    func table() -> Table {
        let unit = axis?.unit ?? .plain
        var columns: [Table.Column] = [.text("Row")]
        if let axis, !values.isEmpty { columns.append(.number(axis.heading)) }
        if hasCounts { columns += parts.map { .number($0) } }
        return Table(
            caption: "\(title): the numbers", columns: columns,
            rows: items.map { item in
                let name = item.details.summary.text
                var cells: [Table.Cell] = [
                    .text(
                        item.details.anchor.map { "\(link: name, to: "#\($0)")" } ?? Prose(name))
                ]
                if axis != nil, !values.isEmpty {
                    cells.append(item.value.map { .number($0, unit) } ?? .missing)
                }
                if hasCounts {
                    cells += parts.indices.map { part in
                        item.counts.isEmpty
                            ? .missing : .number(Double(item.counts[part]), .plain)
                    }
                }
                return cells
            })
    }

    /// - Throws: `ReportError` for a number that cannot be shown, or counts that fit no parts.
    func validate() throws(ReportError) {
        for value in [axis?.reach?.lowerBound, axis?.reach?.upperBound].compactMap(\.self)
            + (reference?.values ?? []) + values
        {
            guard abs(value) < 1e100 else {
                throw .unshowable(value: "\(value)", place: "A value of the list \"\(title)\"")
            }
        }
        guard parts.count <= RankingStyle.limit else {
            throw .tooManySeries(chart: title, limit: RankingStyle.limit, found: parts.count)
        }
        for item in items where !item.counts.isEmpty {
            guard item.counts.count == parts.count, item.counts.allSatisfy({ $0 >= 0 }) else {
                throw .wrongCount(
                    place: "The row \"\(item.details.summary.text)\" of the list \"\(title)\"",
                    expected: parts.count, found: item.counts.count)
            }
        }
    }
}

enum RankingStyle {
    static let limit = 4
}

extension Prose {
    /// The words without their emphasis.
    var text: String {
        inlines.map { inline in
            switch inline {
            case .text(let text), .strong(let text), .code(let text), .link(let text, _),
                .match(let text, _), .verdict(let text, _), .tinted(let text, _, _):
                text
            }
        }.joined()
    }
}
