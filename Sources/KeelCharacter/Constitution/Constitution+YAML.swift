public import Foundation
public import KeelFormats
import Yams

extension Constitution {
    /// Reads a constitution from a YAML file.
    /// - Throws: `CharacterFileError`, with file, line, field and remedy.
    public init(contentsOf url: URL) throws(CharacterFileError) {
        self = try CharacterFile.read(url)
    }

    /// Reads a constitution from YAML.
    /// - Parameters:
    ///   - text: The whole file.
    ///   - file: What errors call it.
    /// - Throws: `CharacterFileError`.
    public init(yaml text: String, file: String) throws(CharacterFileError) {
        self = try CharacterFile.decode(text, file: file)
    }

    /// Writes it to one YAML file, which appears whole or not at all.
    ///
    /// Read again, it is equal.
    /// - Throws: `FileError`; then an older file there is as it was.
    public func write(to path: String) throws(FileError) {
        let encoder = YAMLEncoder()
        encoder.options.allowUnicode = true
        encoder.options.width = 100
        guard let text = try? encoder.encode(self) else {
            preconditionFailure("a constitution holds only texts and numbers, which YAML can hold")
        }
        let file = try AtomicFile(path: path)
        let bytes = Array(text.utf8)
        try bytes.span.bytes.withUnsafeBytes { bytes throws(FileError) in try file.write(bytes) }
        try file.commit()
    }

    /// The constitution of this name that ships with Keel, or the file at this path.
    /// - Throws: `CharacterFileError`; for another name, one that lists the names there are.
    public static func named(_ name: String) throws(CharacterFileError) -> Constitution {
        if FileManager.default.fileExists(atPath: name) {
            return try Constitution(contentsOf: URL(filePath: name))
        }
        guard let url = shippedFiles.first(where: { $0.stem == name }) else {
            throw CharacterFileError(
                file: name, line: 0, field: "", defect: .notShipped(known: shippedNames))
        }
        return try Constitution(contentsOf: url)
    }

    /// The names of the constitutions that ship with Keel.
    public static var shippedNames: [String] { shippedFiles.map(\.stem).sorted() }

    private static var shippedFiles: [URL] {
        let folder = Bundle.module.url(forResource: "Constitutions", withExtension: nil)
        let files = folder.flatMap {
            try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
        }
        return (files ?? []).filter { $0.pathExtension == "yaml" }
    }
}

extension URL {
    fileprivate var stem: String { deletingPathExtension().lastPathComponent }
}
