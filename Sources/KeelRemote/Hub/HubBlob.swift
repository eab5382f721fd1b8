internal import Crypto
internal import Foundation

/// A file as the hub keeps it: by its hash.
struct HubBlob: Sendable {
    /// For messages.
    let name: String
    let path: String
    /// SHA-256 of the bytes, or git's SHA-1 of a blob, in hexadecimal digits.
    let hash: String
    let size: Int

    var isThere: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.size] as? Int == size
    }
}

/// What has come of a file; it stays where a run ends before its end.
///
/// Used by one task at a time, which its lock on the file sees to between processes, too.
final class HubDraft: @unchecked Sendable {
    private let blob: HubBlob
    private let path: String
    private let handle: FileHandle
    /// Bytes that are there.
    private(set) var count: Int

    /// Opens what an earlier run left, or begins.
    init(_ blob: HubBlob) throws(HubError) {
        self.blob = blob
        path = blob.path + ".incomplete"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .busy(file: blob.name) }
        do {
            count = Int(try handle.seekToEnd())
            if count > blob.size { try restart() }
        } catch {
            throw .cannotWrite(path: path, reason: "\(error)")
        }
    }

    /// Forgets what has come.
    func restart() throws {
        try handle.truncate(atOffset: 0)
        count = 0
    }

    /// - Throws: `HubError.damaged` when more comes than the hub said.
    func append(_ bytes: some Collection<UInt8>) throws {
        guard count + bytes.count <= blob.size else {
            try restart()
            throw HubError.damaged(
                file: blob.name, found: "of a longer file", expected: "\(blob.size) bytes")
        }
        try handle.write(contentsOf: Data(bytes))
        count += bytes.count
    }

    /// Gives the file its name.
    /// - Throws: `HubError.damaged`; nothing of it is left then.
    func finish() throws {
        let found = blob.hash.count == 64 ? try digest(SHA256()) : try digest(gitBlob())
        guard found == blob.hash.lowercased() else {
            unlink(path)
            throw HubError.damaged(file: blob.name, found: found, expected: blob.hash)
        }
        try handle.synchronize()
        let code = rename(path, blob.path) == 0 ? 0 : errno
        // Another process may have given it its name between the opening of the draft and the lock.
        guard code == 0 || blob.isThere else {
            throw HubError.cannotWrite(path: blob.path, reason: String(cString: strerror(code)))
        }
    }

    private func gitBlob() -> Insecure.SHA1 {
        var hash = Insecure.SHA1()
        hash.update(data: Data("blob \(blob.size)\0".utf8))
        return hash
    }

    private func digest(_ function: some HashFunction) throws -> String {
        var function = function
        try handle.seek(toOffset: 0)
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            function.update(data: part)
        }
        return function.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
    }
}
