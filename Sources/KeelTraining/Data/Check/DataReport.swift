/// What a check of a data file found.
public struct DataReport: Sendable, Encodable {
    /// A row that would not be trained on as it stands.
    public struct Problem: Hashable, Sendable, Encodable {
        /// What is wrong with a row.
        public enum Kind: String, Sendable, Encodable {
            /// It cannot be read, or a field holds what it must not.
            case malformed
            /// It stands in the file before.
            case duplicate
            /// It is evaluation data.
            case evaluation
            /// The model cannot be trained on it: too long, refused by the template, nothing to learn.
            case unusable
        }

        /// Counted from 1.
        public var line: Int
        public var kind: Kind
        /// With line and field, without the file's name.
        public var reason: String
    }

    /// Numbers of tokens, of each example that the rows make.
    public struct Lengths: Hashable, Sendable, Encodable {
        public var examples: Int
        /// Of all examples together.
        public var total: Int
        /// Those that the loss counts.
        public var trained: Int
        public var shortest: Int
        /// Half of the examples are no longer.
        public var median: Int
        /// 95 % of the examples are no longer.
        public var percentile95: Int
        public var longest: Int

        /// - Parameters:
        ///   - lengths: At least one.
        ///   - trained: Tokens that the loss counts.
        init(_ lengths: [Int], trained: Int) {
            let sorted = lengths.sorted()
            func rank(_ share: Double) -> Int {
                sorted[
                    min(
                        sorted.count - 1,
                        max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
            }
            examples = sorted.count
            total = sorted.reduce(0, +)
            self.trained = trained
            shortest = sorted[0]
            median = rank(0.5)
            percentile95 = rank(0.95)
            longest = sorted[sorted.count - 1]
        }
    }

    /// The file that was read.
    public var path: String
    /// Rows that can be read, and those that cannot.
    public var rows = 0
    /// Rows that can be read, by kind.
    public var kinds: [String: Int] = [:]
    /// In the order of the lines.
    public var problems: [Problem] = []
    /// In how many rows a field stands that training does not read.
    public var ignoredFields: [String: Int] = [:]
    /// Nil when no model was given, or no row could be tokenized.
    public var tokens: Lengths?
}
