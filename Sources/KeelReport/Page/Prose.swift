/// A run of text with the few kinds of emphasis a report uses.
///
/// Written as an interpolated string: `"The gap is \(strong: "0.12") nats (\(code: "seed 7"))"`.
/// Everything in it is escaped when it is shown.
public struct Prose: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// A stretch of text of one kind.
    public enum Inline: Hashable, Sendable {
        case text(String)
        case strong(String)
        case code(String)
        case link(String, to: String)
        /// A stretch that something found in a text, and what it was found as.
        case match(String, label: String)
        /// A word of judgement, set apart.
        case verdict(String, Tone)
        /// A piece of text with a background as strong as a share, 0 to 1; its number is shown on
        /// hovering.
        case tinted(String, share: Double, label: String)
    }

    /// What a word of judgement means, for its colour and sign.
    public enum Tone: String, Hashable, Sendable {
        case good, bad, neutral, unknown
    }

    /// In order.
    public var inlines: [Inline]

    public init(_ inlines: [Inline]) {
        self.inlines = inlines
    }

    public init(_ text: String) {
        self.init([.text(text)])
    }

    public init(stringLiteral value: String) {
        self.init(value)
    }

    public init(stringInterpolation: StringInterpolation) {
        self.init(stringInterpolation.inlines)
    }

    /// What `Prose` is written with in place of a string.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var inlines: [Inline] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Words as they stand; escaped when shown.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { inlines.append(.text(literal)) }
        }

        /// A value as its description.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            inlines.append(.text(value.description))
        }

        /// Words that matter most.
        public mutating func appendInterpolation(strong text: String) {
            inlines.append(.strong(text))
        }

        /// What is typed or read as it is.
        public mutating func appendInterpolation(code text: String) {
            inlines.append(.code(text))
        }

        /// Words that lead somewhere: an address or an anchor.
        public mutating func appendInterpolation(link text: String, to target: String) {
            inlines.append(.link(text, to: target))
        }

        /// A stretch that something found, and what it was found as.
        public mutating func appendInterpolation(match text: String, label: String) {
            inlines.append(.match(text, label: label))
        }

        /// A word of judgement, with a sign beside its colour.
        public mutating func appendInterpolation(verdict word: String, _ tone: Tone) {
            inlines.append(.verdict(word, tone))
        }
    }
}
