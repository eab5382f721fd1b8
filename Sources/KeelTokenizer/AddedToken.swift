/// A token that is found in the text before anything else looks at it.
public struct AddedToken: Equatable, Sendable {
    /// Its row in the vocabulary, from 0.
    public let id: Int
    /// What stands for it in a text.
    public let content: String
    /// Whether it is a control token, which only trusted text may hold.
    public let isSpecial: Bool
    /// Whether it is found only where no word character touches it.
    public let isSingleWord: Bool
    /// Whether it swallows the white space before it.
    public let stripsLeft: Bool
    /// Whether it swallows the white space after it.
    public let stripsRight: Bool
    /// Whether it is looked for in the normalised text rather than in the text as given.
    public let isNormalized: Bool

    public init(
        id: Int, content: String, isSpecial: Bool, isSingleWord: Bool = false,
        stripsLeft: Bool = false, stripsRight: Bool = false, isNormalized: Bool = false
    ) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
        self.isSingleWord = isSingleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalized = isNormalized
    }
}
