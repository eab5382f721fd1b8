/// Something that can be counted in an answer: what a preference may be for or against.
public struct TextFeature: Sendable {
    /// Small letters and hyphens, unique among those that are looked for.
    public var id: String
    /// What is counted, as a table names it.
    public var title: String
    /// How much of it an answer has; a finite number.
    public var measure: @Sendable (Answer) -> Double

    public init(
        id: String, title: String, measure: @escaping @Sendable (Answer) -> Double
    ) {
        self.id = id
        self.title = title
        self.measure = measure
    }

    /// An answer, and what it answers.
    public struct Answer: Sendable {
        /// What was asked.
        public let prompt: String
        /// What was answered.
        public let text: String
        let words: [String]
        /// Those that are not empty, without white space before them.
        let lines: [Substring]

        public init(prompt: String, text: String) {
            self.prompt = prompt
            self.text = text
            words = Words(text).list
            lines = text.split(separator: "\n").map { $0.drop { $0.isWhitespace } }
        }
    }
}
