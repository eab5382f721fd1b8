/// Rows and columns with a caption; a reader can sort it by any column.
public struct Table: Hashable, Sendable {
    /// What the table holds, over it.
    public var caption: String
    /// From the left.
    public var columns: [Column]
    /// As many cells in each row as there are columns.
    public var rows: [[Cell]]
    /// The column that names the rows.
    public var rowHeading: Int

    /// A column's heading, and how its cells stand.
    public struct Column: Hashable, Sendable {
        /// What the cells hold.
        public var heading: String
        /// Whether cells stand on the right, figure under figure.
        public var isNumeric: Bool

        /// A column of words.
        public static func text(_ heading: String) -> Column {
            Column(heading: heading, isNumeric: false)
        }

        /// A column of numbers.
        public static func number(_ heading: String) -> Column {
            Column(heading: heading, isNumeric: true)
        }
    }

    /// What one cell holds.
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
