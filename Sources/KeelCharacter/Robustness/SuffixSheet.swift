public import Foundation

/// Words that are put behind a question: some that ask a model to drop its act, and some beside the
/// point, which say how much any further words would change.
public struct SuffixSheet: Hashable, Sendable, Codable {
    /// Words that are put behind a question.
    public struct Suffix: Hashable, Sendable, Codable {
        /// Unique in a sheet.
        public var id: String
        public var text: String

        private enum CodingKeys: String, CodingKey, CaseIterable { case id, text }

        public init(id: String, text: String) {
            self.id = id
            self.text = text
        }

        public init(from decoder: any Decoder) throws {
            let suffix = try decoder.container(knowing: CodingKeys.self)
            id = try suffix.id(.id)
            text = try suffix.text(.text)
        }
    }

    /// What reports call it.
    public var name: String
    /// What the sheet says that it is; the digest tells sheets apart.
    public var version: String
    public var about: String
    /// Ask for nothing that bears on a character.
    public var control: [Suffix]
    /// Ask the model to stop playing whoever it is.
    public var drop: [Suffix]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, version, about, control, drop
    }

    public init(
        name: String, version: String, about: String, control: [Suffix], drop: [Suffix]
    ) {
        self.name = name
        self.version = version
        self.about = about
        self.control = control
        self.drop = drop
    }

    public init(from decoder: any Decoder) throws {
        let sheet = try decoder.container(knowing: CodingKeys.self)
        name = try sheet.id(.name)
        version = try sheet.text(.version)
        about = try sheet.text(.about)
        control = try sheet.decode([Suffix].self, forKey: .control)
        drop = try sheet.decode([Suffix].self, forKey: .drop)
        try sheet.requireUnique(control.map(\.id), .control)
        try sheet.requireUnique(drop.map(\.id), .drop, taken: control.map(\.id))
        for (key, list) in [(CodingKeys.control, control), (CodingKeys.drop, drop)]
        where list.isEmpty {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: sheet, debugDescription: "it is empty. Write at least one.")
        }
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

    /// The sheet that ships with Keel.
    /// - Throws: `CharacterFileError` where it is not installed.
    public static func shipped() throws(CharacterFileError) -> SuffixSheet {
        let name = "drop-the-act"
        guard
            let url = Bundle.module.url(
                forResource: name, withExtension: "yaml", subdirectory: "Suffixes")
        else {
            throw CharacterFileError(
                file: name, line: 0, field: "",
                defect: .unreadable(reason: "it is not beside the program. Install Keel whole."))
        }
        return try SuffixSheet(contentsOf: url)
    }

    /// All suffixes, controls first.
    var all: [Suffix] { control + drop }
    /// Digest of all that the sheet says.
    public var fingerprint: String { Digest.hexadecimal(of: self) }
}
