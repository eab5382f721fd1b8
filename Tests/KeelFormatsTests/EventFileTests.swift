import Foundation
import KeelFormats
import TestSupport
import Testing

@Suite struct EventFileTests {
    @Test func `the checksum is that of Castagnoli, masked as in records`() {
        // RFC 3720, B.4, and TensorFlow's crc32c_test.
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.masked([]) == 0xA282_EAD8)
    }

    @Test func `a file is records that hold the numbers`() throws {
        let scratch = try Scratch()
        let file = try EventFile(folder: scratch.path("."))
        try file.append(["loss": 0.5, "rewards/margins": -2], step: 300)
        let records = try records(file)
        #expect(records.count == 2)
        #expect(String(decoding: records[0], as: UTF8.self).hasSuffix("brain.Event:2"))
        // Fields of the second: step (2) = 300; a value (1) with tag "loss" and 0.5f.
        let second = Data(records[1])
        #expect(second.range(of: Data([0x10, 0xAC, 0x02])) != nil)
        let value: [UInt8] = [0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3F]
        #expect(second.range(of: Data([0x0A, UInt8(value.count)] + value)) != nil)
    }

    @Test func `a file that goes on from another says from which step`() throws {
        let scratch = try Scratch()
        let file = try EventFile(folder: scratch.path("."), restartingAt: 300)
        try file.append(["loss": 0.5], step: 300)
        let records = try records(file)
        #expect(records.count == 3)
        // After the time: step (2) = 300, session_log (7) with status (1) = START (1).
        #expect(Array(records[1].dropFirst(9)) == [0x10, 0xAC, 0x02, 0x3A, 2, 0x08, 1])
    }

    /// The content of each record; what stands around it is checked.
    private func records(_ file: EventFile) throws -> [[UInt8]] {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: file.path)))
        var records: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= 16 {
            let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            let content = Array(rest.dropFirst(12).prefix(length))
            #expect(Array(rest.prefix(16 + length)) == EventFile.record(content))
            records.append(content)
            rest = rest.dropFirst(16 + length)
        }
        #expect(rest.isEmpty)
        return records
    }
}
