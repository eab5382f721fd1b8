/// Estimates as dots with their intervals, one row each: a forest plot.
public struct ForestPlot: Chart, Hashable {
    public var title: String
    public var summary: String
    /// Common to all rows.
    public var axis: Axis
    /// The names of what each row holds, such as two runs; one to six.
    public var series: [String]
    /// In order from the top.
    public var groups: [Group]
    /// A line across all rows; nil for none.
    public var reference: Reference?

    /// Rows under a common heading; an empty heading is not drawn.
    public struct Group: Hashable, Sendable {
        /// Empty for rows without a heading.
        public var heading: String
        /// In order from the top.
        public var rows: [Row]

        public init(_ heading: String = "", rows: [Row]) {
            self.heading = heading
            self.rows = rows
        }
    }

    /// One estimate for each series, and a word on them.
    public struct Row: Hashable, Sendable {
        /// What the estimates are of.
        public var label: String
        /// In the order of the plot's series; nil where there are not enough data.
        public var estimates: [Estimate?]
        /// A short remark beside the row, such as a verdict.
        public var note: String
        /// Where on the page the row is explained, such as the anchor of a `Details`.
        public var anchor: String?

        public init(
            _ label: String, _ estimates: [Estimate?], note: String = "", anchor: String? = nil
        ) {
            self.label = label
            self.estimates = estimates
            self.note = note
            self.anchor = anchor
        }
    }

    public init(
        title: String, summary: String, axis: Axis, series: [String], groups: [Group],
        reference: Reference? = nil
    ) {
        self.title = title
        self.summary = summary
        self.axis = axis
        self.series = series
        self.groups = groups
        self.reference = reference
    }

    public func table() throws(ReportError) -> Table {
        try validate()
        let rows = groups.flatMap(\.rows)
        let hasGroups = groups.contains { !$0.heading.isEmpty }
        let hasNotes = rows.contains { !$0.note.isEmpty }
        var columns: [Table.Column] = hasGroups ? [.text("Group")] : []
        columns.append(.text("Row"))
        columns += series.map { .number(axis.unit.heading($0)) }
        if hasNotes { columns.append(.text("Note")) }
        let cells = groups.flatMap { group in
            group.rows.map { row in
                var cells: [Table.Cell] = hasGroups ? [.text(Prose(group.heading))] : []
                cells.append(
                    .text(
                        row.anchor.map { "\(link: row.label, to: "#\($0)")" } ?? Prose(row.label)))
                cells += row.estimates.map { $0.map { .estimate($0, axis.unit) } ?? .missing }
                if hasNotes { cells.append(.text(Prose(row.note))) }
                return cells
            }
        }
        return Table(
            caption: "\(title): estimates, with intervals in brackets", columns: columns,
            rows: cells, rowHeading: hasGroups ? 1 : 0)
    }

    func validate() throws(ReportError) {
        guard series.count <= SeriesStyle.limit else {
            throw .tooManySeries(chart: title, limit: SeriesStyle.limit, found: series.count)
        }
        try check(axis, reference)
        let rows = groups.flatMap(\.rows)
        for row in rows {
            guard row.estimates.count == series.count else {
                throw .wrongCount(
                    place: "The row \"\(row.label)\" of the chart \"\(title)\"",
                    expected: series.count, found: row.estimates.count)
            }
            for (name, estimate) in zip(series, row.estimates) {
                guard let estimate else { continue }
                try check(estimate, "\"\(row.label)\", \(name)")
            }
        }
        guard rows.contains(where: { $0.estimates.contains { $0 != nil } }) else {
            throw .nothingToShow(chart: title)
        }
    }
}
