/// Rows and columns with a caption; a reader can sort it by any column.
public struct Table: Hashable, Sendable {
    public var caption: String
    public var columns: [Column]
    /// As many cells in each row as there are columns.
    public var rows: [[Cell]]
    /// The column that names the rows.
    public var rowHeading: Int

    public struct Column: Hashable, Sendable {
        public var heading: String
        public var isNumeric: Bool

        public static func text(_ heading: String) -> Column {
            Column(heading: heading, isNumeric: false)
        }

        public static func number(_ heading: String) -> Column {
            Column(heading: heading, isNumeric: true)
        }
    }

    public enum Cell: Hashable, Sendable {
        case text(Prose)
        case number(Double, Unit)
        case estimate(Estimate, Unit)
        case pValue(Double)
        /// No value, shown as a dash and sorted last.
        case missing
    }

    public init(caption: String, columns: [Column], rows: [[Cell]], rowHeading: Int = 0) {
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.rowHeading = rowHeading
    }
}
