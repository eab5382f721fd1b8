/// Why a tokenizer could not be made from its parts.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is not JSON; `offset` is in bytes.
    case malformedJSON(offset: Int, reason: String)
    /// The value at a path such as `model.vocab` is missing or not what it must be.
    case malformed(path: String, expected: String)
    /// The file asks for a component that this tokenizer does not have.
    case unsupported(component: String, found: String)
    /// A merge does not join two tokens of the vocabulary into a third.
    case invalidMerge(index: Int, merge: String)

    public var description: String {
        switch self {
        case .malformedJSON(let offset, let reason):
            "The text is not valid JSON at byte \(offset): \(reason)."
        case .malformed(let path, let expected):
            "The tokenizer's \(path) must be \(expected)."
        case .unsupported(let component, let found):
            "The tokenizer's \(component) is \(found), which is not supported here; "
                + "encoding without it would give other ids than the model was trained on."
        case .invalidMerge(let index, let merge):
            "Merge \(index) of the tokenizer, \(merge.debugDescription), does not join two tokens "
                + "of the vocabulary into a third."
        }
    }
}
