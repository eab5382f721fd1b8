#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Why a file could not be opened, read or written.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
    case notFound(path: String)
    case notPermitted(path: String)
    case isFolder(path: String)
    /// A pipe, a socket or a device where a plain file is needed.
    case notRegular(path: String)
    case empty(path: String)
    /// Rows cannot be appended to a file that ends in something else.
    case notJSONLines(path: String)
    /// Another writer has the file, in this program or in another.
    case inUse(path: String)
    /// Bytes outside the file were asked for.
    case outOfRange(path: String, range: Range<Int>, byteCount: Int)
    /// Any other failure of the system, with its `errno`.
    case failed(path: String, operation: String, code: Int32)

    init(code: Int32, path: String, operation: String) {
        self =
            switch code {
            case ENOENT, ENOTDIR: .notFound(path: path)
            case EACCES, EPERM: .notPermitted(path: path)
            case EISDIR: .isFolder(path: path)
            default: .failed(path: path, operation: operation, code: code)
            }
    }

    public var description: String {
        switch self {
        case .notFound(let path):
            "\(path): there is no such file or folder. Check the path."
        case .notPermitted(let path):
            "\(path): this user may not open it. Check the permissions of the file and its folder."
        case .isFolder(let path):
            "\(path) is a folder. Name a file inside it."
        case .notRegular(let path):
            "\(path) is a pipe or a device. A plain file is needed; name one."
        case .empty(let path):
            "\(path) is empty. Download or write it again."
        case .notJSONLines(let path):
            "\(path) does not end in a line of JSON, so nothing was appended. Name another file."
        case .inUse(let path):
            "\(path) is being written to by another writer. Try again when that is done."
        case .outOfRange(let path, let range, let byteCount):
            "\(path): bytes \(range) were asked for, but the file has \(byteCount) bytes."
        case .failed(let path, let operation, let code):
            "\(path): could not \(operation) (\(String(cString: strerror(code))))."
        }
    }
}
