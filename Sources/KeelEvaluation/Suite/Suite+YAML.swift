public import Foundation
import KeelLanguage

extension Suite {
    /// The suite of this name that ships with Keel, such as `character`.
    /// - Throws: `SuiteError`; for another name, one that lists the names there are.
    public static func shipped(_ name: String) throws(SuiteError) -> Suite {
        guard let url = url(ofShipped: name) else {
            throw SuiteError(
                file: name, line: 0, place: "", defect: .notShipped(known: shippedNames))
        }
        return try Suite(contentsOf: url)
    }

    /// The names of the suites that ship with Keel.
    public static var shippedNames: [String] {
        let folder = Bundle.module.url(forResource: "Suites", withExtension: nil)
        let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }
        return (names ?? []).filter { url(ofShipped: $0) != nil }.sorted()
    }

    private static func url(ofShipped name: String) -> URL? {
        Bundle.module.url(
            forResource: "suite", withExtension: "yaml", subdirectory: "Suites/\(name)")
    }

    /// A JSON Schema (draft 2020-12) of a suite's file, and of a file with one of its dimensions, by
    /// which editors complete and check; reading checks more.
    /// - Throws: `SuiteError` where the schema did not come with the program.
    public static func schema() throws(SuiteError) -> String {
        let url = Bundle.module.url(
            forResource: "schema", withExtension: "json", subdirectory: "Suites")
        guard let url, let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw SuiteError(
                file: "schema.json", line: 0, place: "",
                defect: .unreadable(reason: "it did not come with the program"))
        }
        return text
    }

    /// Reads a suite from a YAML file.
    ///
    /// An entry of `dimensions` is a dimension, or the name of a file beside this one that holds
    /// one; such a file carries the canary too, in a comment. Unknown fields are refused, since a
    /// misspelt field would silently measure nothing.
    /// - Throws: `SuiteError`, with file, line, dimension, probe and field.
    public init(contentsOf url: URL) throws(SuiteError) {
        var reader = SuiteReader()
        self = try reader.suite(at: url)
    }
}
