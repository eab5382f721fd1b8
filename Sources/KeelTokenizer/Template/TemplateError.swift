/// Why a chat template could not be read or rendered, and where.
public struct TemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Kind: Equatable, Sendable {
        /// The text is not a template.
        case syntax
        /// The template uses a part of Jinja that is not here.
        case unsupported
        /// An undefined value was used for more than printing, testing or looping.
        case undefined
        /// A value has the wrong type or range for what is done with it.
        case value
        /// The template called `raise_exception`.
        case raised
        /// A whole number left 64 bits.
        case overflow
        /// More steps than `TemplateLimits.steps`.
        case steps
        /// Deeper nesting than `TemplateLimits.depth`.
        case depth
        /// A longer text than `TemplateLimits.length`.
        case length
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// The line in the template, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int
    /// What went wrong, in a clause.
    public let message: String

    public var description: String {
        "The chat template failed at line \(line), column \(column): \(message)."
    }
}

/// A failure that does not know its place yet.
struct TemplateFault: Error {
    let kind: TemplateError.Kind
    let message: String

    init(_ kind: TemplateError.Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    func at(_ offset: Int, in source: [Unicode.Scalar]) -> TemplateError {
        let before = source.prefix(offset)
        let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        let line = 1 + before.reduce(into: 0) { if $1 == "\n" { $0 += 1 } }
        return TemplateError(
            kind: kind, line: line, column: before.count - lineStart + 1, message: message)
    }
}
