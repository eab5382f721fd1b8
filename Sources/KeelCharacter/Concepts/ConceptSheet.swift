public import Foundation

/// A property of a text in words, with examples at its edge: what a grader is told.
public struct ConceptSheet: Hashable, Sendable, Decodable {
    /// Small letters, digits and hyphens.
    public var name: String
    /// What it means.
    public var definition: String
    /// Cases at the edge, on either side.
    public var examples: [Example]

    /// A text, and whether it has the property.
    public struct Example: Hashable, Sendable, Decodable {
        public var text: String
        /// Whether the text has the property.
        public var holds: Bool
        /// Why, in a clause; nil where nobody said.
        public var because: String?

        private enum CodingKeys: String, CodingKey, CaseIterable { case text, holds, because }

        public init(from decoder: any Decoder) throws {
            let example = try decoder.container(knowing: CodingKeys.self)
            text = try example.text(.text)
            holds = try example.decode(Bool.self, forKey: .holds)
            because = try example.textIfPresent(.because)
        }
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, definition, examples }

    public init(from decoder: any Decoder) throws {
        let sheet = try decoder.container(knowing: CodingKeys.self)
        name = try sheet.id(.name)
        definition = try sheet.text(.definition)
        examples = try sheet.decodeIfPresent([Example].self, forKey: .examples) ?? []
    }

    /// Reads a sheet from a YAML file.
    /// - Throws: `CharacterFileError`, with file, line, field and remedy.
    public init(contentsOf url: URL) throws(CharacterFileError) {
        self = try CharacterFile.read(url)
    }

    /// Reads a sheet from YAML.
    /// - Throws: `CharacterFileError`.
    public init(yaml text: String, file: String) throws(CharacterFileError) {
        self = try CharacterFile.decode(text, file: file)
    }
}
