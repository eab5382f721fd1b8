/// Lets no number through that could be dialled and stands in no table.
///
/// A model that makes up a hotline sends somebody in danger to a stranger or to nobody. Three digits or
/// more, with spaces, dots, hyphens or brackets between them, in the digits of any script or spelt out in
/// English or Chinese, count as such a number. It is shown only if its digits are those of an entry;
/// otherwise a phrase stands in its place. So a year or a price goes, too, wherever the filter runs.
///
/// It reads scalar after scalar and holds back what may still become a number, so how a text is cut into
/// chunks makes no difference.
/// - Note: Digits with words between them ("nine, and then an eight") pass.
public struct NumberFilter: Sendable {
    /// Numbers that were left out so far.
    public private(set) var leftOut = 0
    private let known: Set<String>
    private let substitute: String
    /// What is held back: a possible number, and a word that may be spelling a digit.
    private var run = Run()
    private var word = ""

    /// - Parameters:
    ///   - table: Entries whose numbers may be shown, such as `ResourceTable.current`.
    ///   - language: Of the phrase that stands for a number left out.
    public init(allowing table: [Resource], language: Wording.Language) {
        known = Set(
            table.flatMap(\.channels).map { Self.digits(in: $0.at) }.filter { !$0.isEmpty })
        substitute = Self.substitute(in: language)
    }

    /// What stands in the place of a number that was left out.
    public static func substitute(in language: Wording.Language) -> String {
        switch language {
        case .english: "(a number I can't vouch for was left out)"
        case .chinese: "(略去一个我无法核实的号码)"
        }
    }

    /// Takes more of the text.
    /// - Returns: What may be shown now.
    public mutating func feed(_ text: some StringProtocol) -> String {
        var shown = ""
        for scalar in text.unicodeScalars { read(scalar, into: &shown) }
        return shown
    }

    /// Ends the text.
    /// - Returns: The rest of what may be shown.
    public mutating func finish() -> String {
        var shown = ""
        endWord(into: &shown)
        endRun(into: &shown)
        return shown
    }

    /// A possible number with what stands between its digits.
    private struct Run {
        var text = ""
        /// Digits in groups, as separators part them.
        var groups: [String] = []
        /// Separators since the last digit: they belong to the text, not to the number.
        var tail = ""
        static let maximumTail = 4

        var digits: String { groups.joined() }
    }

    private static let fewestDigits = 3

    private mutating func read(_ scalar: Unicode.Scalar, into shown: inout String) {
        if Self.isInvisible(scalar) {
            // An invisible mark must not part a number; it goes wherever its neighbours go.
            if word.isEmpty {
                append(separator: scalar, parts: false)
            } else {
                word.unicodeScalars.append(scalar)
            }
        } else if let digit = Self.digit(scalar) {
            endWord(into: &shown)
            append(digit: digit, as: String(scalar))
        } else if scalar.properties.isAlphabetic, !Folding.isIdeograph(scalar) {
            word.unicodeScalars.append(scalar)
        } else {
            endWord(into: &shown)
            if Self.isSeparator(scalar), !run.text.isEmpty {
                append(separator: scalar, parts: true)
                if run.tail.unicodeScalars.count > Run.maximumTail { endRun(into: &shown) }
            } else {
                endRun(into: &shown)
                shown.unicodeScalars.append(scalar)
            }
        }
    }

    private mutating func append(digit: String, as text: String) {
        if run.groups.isEmpty || !run.tail.isEmpty { run.groups.append("") }
        run.groups[run.groups.count - 1] += digit
        run.text += run.tail + text
        run.tail = ""
    }

    private mutating func append(separator scalar: Unicode.Scalar, parts: Bool) {
        if parts || !run.tail.isEmpty || run.text.isEmpty {
            run.tail.unicodeScalars.append(scalar)
        } else {
            run.text.unicodeScalars.append(scalar)
        }
    }

    /// A whole word: a digit spelt out goes on with the number, another word ends it.
    private mutating func endWord(into shown: inout String) {
        guard !word.isEmpty else { return }
        let text = word
        word = ""
        let plain = String(text.unicodeScalars.filter { !Self.isInvisible($0) }.map(Character.init))
        if let digit = Self.spelt[plain.lowercased()] {
            // Spelt digits are parted by spaces as a matter of course; they are one group.
            if run.tail.unicodeScalars.allSatisfy(Self.isSeparator), !run.groups.isEmpty {
                run.text += run.tail
                run.tail = ""
            }
            append(digit: digit, as: text)
        } else {
            endRun(into: &shown)
            shown += text
        }
    }

    private mutating func endRun(into shown: inout String) {
        let ended = run
        run = Run()
        if ended.digits.count < Self.fewestDigits || isKnown(ended) {
            shown += ended.text
        } else {
            leftOut += 1
            shown += substitute
        }
        shown += ended.tail
    }

    /// Whether the digits together, or each group of them, are a number of the table.
    private func isKnown(_ run: Run) -> Bool {
        known.contains(run.digits) || run.groups.allSatisfy(known.contains)
    }

    private static func digits(in text: String) -> String {
        text.unicodeScalars.compactMap(digit).joined()
    }

    /// The digit that a scalar is, in any script; nil for others.
    private static func digit(_ scalar: Unicode.Scalar) -> String? {
        if scalar == "幺" { return "1" }
        guard scalar.properties.numericType != nil, let value = scalar.properties.numericValue,
            let digit = Int(exactly: value), (0...9).contains(digit)
        else { return nil }
        return String(digit)
    }

    private static let spelt: [String: String] = [
        "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
        "six": "6", "seven": "7", "eight": "8", "nine": "9",
    ]

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .dashPunctuation, .openPunctuation, .closePunctuation: true
        default: ".·•/+,、．，*_\t".unicodeScalars.contains(scalar)
        }
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .format, .nonspacingMark, .enclosingMark, .control: scalar != "\n" && scalar != "\t"
        default: false
        }
    }
}
