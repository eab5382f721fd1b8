/// A model by name, file or folder, with adapters on top: `smollm2-135m+adapters/warm`.
public struct ModelReference: Hashable, Sendable, CustomStringConvertible {
    /// An alias, a GGUF file, or a folder in Hugging Face layout.
    public var base: String
    /// Adapter folders, summed in this order.
    public var adapters: [String]

    /// Takes both as they stand; nothing is looked for here.
    public init(base: String, adapters: [String] = []) {
        self.base = base
        self.adapters = adapters
    }

    /// Reads `base`, or `base+adapter`, or `base+adapter+adapter`.
    ///
    /// A path that itself holds a plus sign has to be given by the memberwise initializer.
    /// - Throws: `LanguageError.invalidReference` when a part is empty.
    public init(_ text: String) throws(LanguageError) {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        guard let base = parts.first, !parts.contains("") else {
            throw .invalidReference(
                text, reason: "a name or path is missing before or after a plus sign")
        }
        self.init(base: base, adapters: Array(parts.dropFirst()))
    }

    /// What `init(_:)` reads: base and adapters, joined by plus signs.
    public var description: String { ([base] + adapters).joined(separator: "+") }
}
