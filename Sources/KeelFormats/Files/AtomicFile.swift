#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A file that appears under its name whole or not at all.
///
/// It is written beside its final place; `commit` flushes it to disk and renames it. Dropped
/// before that, it leaves nothing behind and an older file of that name as it was.
package struct AtomicFile: ~Copyable {
    private let path: String
    private let draftPath: String
    private let draft: FileDescriptor

    /// Begins a draft.
    /// - Throws: `FileError`, also when the name is that of a folder, a pipe or a device: a rename
    ///   would put a plain file in its place.
    package init(path: String) throws(FileError) {
        try Self.checkReplaceable(path)
        let suffix = String(UInt32.random(in: .min ... .max), radix: 36)
        let draftPath = "\(path).\(suffix).partial"
        self.draft = try FileDescriptor.file(draftPath, O_WRONLY | O_CREAT | O_EXCL, for: path)
        self.draftPath = draftPath
        self.path = path
    }

    deinit {
        // After `commit` no file of this name is left, and this does nothing.
        unlink(draftPath)
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        try draft.write(bytes)
    }

    package consuming func commit() throws(FileError) {
        try draft.synchronize()
        if rename(draftPath, path) != 0 {
            throw FileError(code: errno, path: path, operation: "replace it")
        }
        try Self.synchronizeFolder(of: path)
    }

    private static func checkReplaceable(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        switch status.st_mode & S_IFMT {
        case S_IFREG, S_IFLNK: break
        case S_IFDIR: throw .isFolder(path: path)
        default: throw .notRegular(path: path)
        }
    }

    /// Makes the new name itself survive a loss of power.
    private static func synchronizeFolder(of path: String) throws(FileError) {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
        let descriptor = open(String(folder), O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        if descriptor < 0 || fsync(descriptor) != 0 {
            throw FileError(code: errno, path: path, operation: "flush its folder to disk")
        }
    }
}
