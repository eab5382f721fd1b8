internal import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A folder that appears under its name whole or not at all.
public enum StagedFolder {
    /// Fills a folder beside its final place, flushes it to disk and moves it there.
    ///
    /// A folder of that name is replaced. A program killed at any moment leaves the old folder or
    /// the new one; between two renames, the old one stands beside as `NAME.old`.
    /// - Parameters:
    ///   - path: Where the folder goes.
    ///   - fill: Writes its files into the folder it is given.
    /// - Throws: `FileError`, or what `fill` throws; the old folder is then as it was.
    public static func replace(_ path: String, _ fill: (String) throws -> Void) throws {
        let manager = FileManager.default
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let (draft, old) = (path + ".partial", path + ".old")
        try? manager.removeItem(atPath: draft)
        do {
            try manager.createDirectory(atPath: draft, withIntermediateDirectories: true)
        } catch {
            throw FileError.failed(path: path, operation: "make a folder there", code: EIO)
        }
        do {
            try fill(draft)
            for name in try manager.contentsOfDirectory(atPath: draft) {
                try synchronize(draft + "/" + name)
            }
            try synchronize(draft)
        } catch {
            try? manager.removeItem(atPath: draft)
            throw error
        }
        try? manager.removeItem(atPath: old)
        if rename(path, old) != 0, errno != ENOENT {
            throw FileError(code: errno, path: path, operation: "set the old folder aside")
        }
        if rename(draft, path) != 0 {
            throw FileError(code: errno, path: path, operation: "put the new folder there")
        }
        try? manager.removeItem(atPath: old)
        try synchronize(URL(filePath: path).deletingLastPathComponent().path)
    }

    private static func synchronize(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        if descriptor < 0 || fsync(descriptor) != 0 {
            throw FileError(code: errno, path: path, operation: "flush it to disk")
        }
    }
}
