#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A file mapped into memory for as long as this object lives.
///
/// Nothing is read until it is touched, so opening a model of any size costs the same. Whatever writes
/// to the memory gets pages of its own; the file is never changed.
/// The file must not be shortened by another program meanwhile: the system ends a process that
/// touches a page that is gone. Replacing a file by renaming another over it is safe.
public final class MappedFile: Sendable {
    /// The file, as it was asked for.
    public let path: String
    /// Its length when it was opened.
    public let byteCount: Int
    nonisolated(unsafe) private let start: UnsafeMutableRawPointer

    /// Maps the plain file at a path.
    /// - Throws: `FileError`, also for a folder, a pipe, and an empty file.
    public init(path: String) throws(FileError) {
        let file = try FileDescriptor.file(path, O_RDONLY)
        let byteCount = try file.byteCount()
        if byteCount == 0 { throw .empty(path: path) }
        // No memory is set aside for pages that nobody is going to write.
        let mapping = mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.rawValue, 0)
        guard let mapping, mapping != MAP_FAILED else {
            throw FileError(code: errno, path: path, operation: "map it into memory")
        }
        self.path = path
        self.byteCount = byteCount
        self.start = mapping
    }

    deinit {
        munmap(start, byteCount)
    }

    /// Gives a closure the bytes of the whole file; the pointer is valid only inside it.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(self) { () throws(Failure) in
            try body(UnsafeRawBufferPointer(start: start, count: byteCount))
        }
    }

    /// Gives a closure some bytes of the file; the pointer is valid only inside it.
    /// - Throws: `FileError.outOfRange`, or what the closure throws.
    public func withBytes<Result>(
        in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        if range.lowerBound < 0 || range.upperBound > byteCount {
            throw FileError.outOfRange(path: path, range: range, byteCount: byteCount)
        }
        return try withBytes { bytes in
            try body(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }

    /// Some bytes of the file, where they are; valid for as long as this object lives.
    /// - Throws: `FileError.outOfRange`.
    public func memory(in range: Range<Int>) throws(FileError) -> UnsafeRawBufferPointer {
        if range.lowerBound < 0 || range.upperBound > byteCount {
            throw .outOfRange(path: path, range: range, byteCount: byteCount)
        }
        return UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
    }
}
