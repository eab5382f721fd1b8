import Foundation
import TestSupport
import Testing

extension Scratch {
    /// Writes a file; one longer than its bytes ends in a hole that takes no disk.
    func write(_ bytes: [UInt8], to name: String, byteCount: Int? = nil) throws -> String {
        let path = self.path(name)
        // Neither Foundation's way nor O_TRUNC: with thousands of files, as a fuzz test writes,
        // both wait for the disk.
        let file = open(path, O_WRONLY | O_CREAT, 0o644)
        defer { close(file) }
        try #require(pwrite(file, bytes, bytes.count, 0) == bytes.count)
        try #require(ftruncate(file, off_t(bytes.count)) == 0)
        if let byteCount { try #require(ftruncate(file, off_t(byteCount)) == 0) }
        return path
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }
}

func bytes(of path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: path)))
}

/// The path of a file that `Scripts/goldens/formats.py` made.
func golden(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Goldens/\(name)", withExtension: nil)).path
}

func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
