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
