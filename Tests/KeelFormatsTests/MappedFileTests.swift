import Foundation
import KeelFormats
import TestSupport
import Testing

struct MappedFileTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `a range gives exactly its bytes`() throws {
        let file = try MappedFile(path: scratch.write([1, 2, 3, 4, 5], to: "file"))
        #expect(file.byteCount == 5)
        #expect(try file.withBytes(in: 1..<4) { Array($0) } == [2, 3, 4])
        #expect(try file.withBytes(in: 5..<5) { Array($0) } == [])
    }

    @Test(arguments: [0..<6, 6..<6, -1..<2])
    func `a range outside the file is refused`(range: Range<Int>) throws {
        let path = try scratch.write([1, 2, 3, 4, 5], to: "file")
        let file = try MappedFile(path: path)
        let error = #expect(throws: FileError.outOfRange(path: path, range: range, byteCount: 5)) {
            try file.withBytes(in: range) { $0.count }
        }
        #expect("\(try #require(error))".hasSuffix("asked for, but the file has 5 bytes."))
    }

    @Test func `a missing file is named`() {
        let path = scratch.path("missing")
        let error = #expect(throws: FileError.notFound(path: path)) { try MappedFile(path: path) }
        #expect(error?.description == "\(path): there is no such file or folder. Check the path.")
    }

    @Test func `a folder is not a file`() {
        let path = scratch.path("")
        let error = #expect(throws: FileError.isFolder(path: path)) { try MappedFile(path: path) }
        #expect(error?.description == "\(path) is a folder. Name a file inside it.")
    }

    @Test func `an empty file is refused`() throws {
        let path = try scratch.write([], to: "empty")
        #expect(throws: FileError.empty(path: path)) { try MappedFile(path: path) }
    }

    @Test func `a pipe is refused instead of waited for`() {
        let path = scratch.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: FileError.notRegular(path: path)) { try MappedFile(path: path) }
    }

    @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
    func `a file that may not be read is refused`() throws {
        let path = try scratch.write([1], to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(throws: FileError.notPermitted(path: path)) { try MappedFile(path: path) }
    }

    @Test func `a file replaced while mapped keeps its old bytes`() throws {
        let path = try scratch.write([1, 2, 3], to: "file")
        let file = try MappedFile(path: path)
        let other = try scratch.write([9, 9, 9], to: "other")
        #expect(rename(other, path) == 0)
        #expect(file.withBytes { Array($0) } == [1, 2, 3])
    }
}
