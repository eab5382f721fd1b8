#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An open file that closes itself, and whose failures name its path.
struct FileDescriptor: ~Copyable, Sendable {
    let rawValue: Int32
    let path: String

    /// Opens a plain file; anything else is refused instead of being waited for.
    ///
    /// Errors name `finalPath` instead, for a draft that will be renamed to it. `mode` is that of a file
    /// which is created.
    static func file(
        _ path: String, _ flags: Int32, mode: mode_t = 0o644, for finalPath: String? = nil
    ) throws(FileError) -> FileDescriptor {
        // Without O_NONBLOCK, opening a pipe would wait for its other end.
        let rawValue = open(path, flags | O_CLOEXEC | O_NONBLOCK, mode)
        let path = finalPath ?? path
        if rawValue < 0 { throw FileError(code: errno, path: path, operation: "open it") }
        let descriptor = FileDescriptor(rawValue: rawValue, path: path)
        switch try descriptor.status().st_mode & S_IFMT {
        case S_IFREG: return descriptor
        case S_IFDIR: throw .isFolder(path: path)
        default: throw .notRegular(path: path)
        }
    }

    private init(rawValue: Int32, path: String) {
        self.rawValue = rawValue
        self.path = path
    }

    static var standardInput: FileDescriptor {
        FileDescriptor(rawValue: STDIN_FILENO, path: "standard input")
    }

    deinit {
        guard rawValue != STDIN_FILENO else { return }
        // A program that is just being started may hold a copy, which would keep the lock.
        flock(rawValue, LOCK_UN)
        close(rawValue)
    }

    func byteCount() throws(FileError) -> Int {
        try Int(status().st_size)
    }

    private func status() throws(FileError) -> stat {
        var status = stat()
        if fstat(rawValue, &status) != 0 {
            throw FileError(code: errno, path: path, operation: "read its size")
        }
        return status
    }

    /// Fills the buffer from `start` on with what is there, and returns how many bytes; 0 at the end.
    func read(into buffer: inout [UInt8], from start: Int) throws(FileError) -> Int {
        try retry("read it") {
            buffer.withUnsafeMutableBytes { bytes in
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
                #if canImport(Darwin)
                    return Darwin.read(rawValue, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                    return Musl.read(rawValue, rest.baseAddress, rest.count)
                #else
                    return Glibc.read(rawValue, rest.baseAddress, rest.count)
                #endif
            }
        }
    }

    /// Reads bytes from anywhere in a plain file; fewer if it ends before.
    func read(in range: Range<Int>) throws(FileError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: range.count)
        var filled = 0
        while filled < range.count {
            let count = try retry("read it") {
                buffer.withUnsafeMutableBytes { bytes in
                    let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
                    return pread(
                        rawValue, rest.baseAddress, rest.count, off_t(range.lowerBound + filled))
                }
            }
            if count == 0 { break }
            filled += count
        }
        return Array(buffer[..<filled])
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try retry("write to it") {
                #if canImport(Darwin)
                    Darwin.write(rawValue, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                    Musl.write(rawValue, rest.baseAddress, rest.count)
                #else
                    Glibc.write(rawValue, rest.baseAddress, rest.count)
                #endif
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func truncate(to byteCount: Int) throws(FileError) {
        _ = try retry("shorten it") { Int(ftruncate(rawValue, off_t(byteCount))) }
    }

    /// Waits until no other descriptor of the file holds its lock, and takes it until this one closes.
    func lock() throws(FileError) {
        _ = try retry("lock it") { Int(flock(rawValue, LOCK_EX)) }
    }

    /// Takes the lock as `lock()` does, unless another descriptor of the file holds it.
    /// - Throws: `FileError.inUse` then.
    func lockWithoutWaiting() throws(FileError) {
        guard flock(rawValue, LOCK_EX | LOCK_NB) != 0 else { return }
        if errno == EWOULDBLOCK { throw .inUse(path: path) }
        throw FileError(code: errno, path: path, operation: "lock it")
    }

    /// Closes the file to everybody but its owner.
    func restrictToOwner() throws(FileError) {
        _ = try retry("close it to others") { Int(fchmod(rawValue, 0o600)) }
    }

    /// Returns once the disk holds what was written.
    func synchronize() throws(FileError) {
        _ = try retry("flush it to disk") { Int(fsync(rawValue)) }
    }

    /// Repeats a call that a signal interrupted.
    private func retry(_ operation: String, _ call: () -> Int) throws(FileError) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw FileError(code: errno, path: path, operation: operation) }
        }
    }
}
