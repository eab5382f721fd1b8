import Foundation
import Synchronization

/// Appends numbers to a file that TensorBoard shows.
///
/// - Source: TensorFlow, `record_writer.cc` (records) and `event.proto` (their content).
public final class EventFile: Sendable {
    /// The file that events are added to.
    public let path: String
    private let file: Mutex<FileHandle>

    /// Makes a new file, whose name tells time and process, in a folder that exists.
    /// - Parameters:
    ///   - folder: Where.
    ///   - step: The first step that will be written, where earlier files may have it already: what
    ///     they hold from there on is no longer shown. Nil where there are none.
    /// - Throws: `FileError`.
    public init(folder: String, restartingAt step: Int? = nil) throws(FileError) {
        let time = Date().timeIntervalSince1970
        let process = ProcessInfo.processInfo
        let stem = "\(folder)/events.out.tfevents.\(Int(time)).\(process.hostName)"
        var path = ""
        var number = 0
        repeat {
            path = "\(stem).\(process.processIdentifier).\(number)"
            number += 1
        } while FileManager.default.fileExists(atPath: path)
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw FileError(code: EIO, path: path, operation: "make it") }
        handle.seekToEndOfFile()
        file = Mutex(handle)
        var event = ProtocolBuffer()
        event.append(1, time)
        event.append(3, Array("brain.Event:2".utf8))
        try append(event)
        guard let step else { return }
        // A session that starts: TensorBoard purges by it (event_accumulator.py).
        var session = ProtocolBuffer()
        session.append(1, UInt64(1))
        var start = ProtocolBuffer()
        start.append(1, time)
        start.append(2, UInt64(max(0, step)))
        start.append(7, session.bytes)
        try append(start)
    }

    /// Appends one number for each name.
    /// - Parameters:
    ///   - values: Numbers by name; slashes group them.
    ///   - step: Where they stand.
    /// - Throws: `FileError`.
    public func append(_ values: [String: Double], step: Int) throws(FileError) {
        var summary = ProtocolBuffer()
        for (name, number) in values.sorted(by: { $0.key < $1.key }) {
            var value = ProtocolBuffer()
            value.append(1, Array(name.utf8))
            value.append(2, Float(number))
            summary.append(1, value.bytes)
        }
        var event = ProtocolBuffer()
        event.append(1, Date().timeIntervalSince1970)
        event.append(2, UInt64(step))
        event.append(5, summary.bytes)
        try append(event)
    }

    private func append(_ event: ProtocolBuffer) throws(FileError) {
        let record = Self.record(event.bytes)
        do {
            try file.withLock { try $0.write(contentsOf: Data(record)) }
        } catch {
            throw FileError(code: EIO, path: path, operation: "write to it")
        }
    }

    /// Length, its checksum, the bytes, their checksum; all little-endian.
    package static func record(_ bytes: [UInt8]) -> [UInt8] {
        func little(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        let length = little(UInt64(bytes.count))
        return length + little(CRC32C.masked(length)) + bytes + little(CRC32C.masked(bytes))
    }
}

/// Writes fields of a protocol buffer.
private struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ field: UInt64, _ value: Double) {
        append(tag: field, 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
    mutating func append(_ field: UInt64, _ value: Float) {
        append(tag: field, 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
    mutating func append(_ field: UInt64, _ value: UInt64) {
        append(tag: field, 0)
        append(varint: value)
    }
    mutating func append(_ field: UInt64, _ value: [UInt8]) {
        append(tag: field, 2)
        append(varint: UInt64(value.count))
        bytes += value
    }

    private mutating func append(tag field: UInt64, _ kind: UInt64) {
        append(varint: field << 3 | kind)
    }
    private mutating func append(varint value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}

/// The checksum of Castagnoli, as records mask it.
package enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
        }
    }

    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    package static func masked(_ bytes: [UInt8]) -> UInt32 {
        let value = checksum(bytes)
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}
