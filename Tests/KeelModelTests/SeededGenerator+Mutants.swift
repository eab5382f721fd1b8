import Foundation
import KeelStatistics

extension SeededGenerator {
    /// A number at the edge of what a type holds, or of what a model has.
    mutating func extreme() -> UInt64 {
        let all: [UInt64] = [
            0, 1, 2, 3, 7, 12, 255, 1 << 16, 1 << 24, 1 << 31 - 1, 1 << 31, 1 << 32, 1 << 62,
            1 << 63,
            .max, .max - 7, 0x7FF0_0000_0000_0000, 0x7FC0_0000,
        ]
        return all[Int.random(in: 0..<all.count, using: &self)]
    }

    /// A JSON value of which one part, somewhere, was replaced, removed, or put twice.
    mutating func mutant(of value: Any) -> Any {
        let stops = Int.random(in: 0..<6, using: &self) == 0
        if var object = value as? [String: Any], !stops, !object.isEmpty {
            let keys = object.keys.sorted()
            let key = keys[Int.random(in: 0..<keys.count, using: &self)]
            switch Int.random(in: 0..<7, using: &self) {
            case 0: object[key] = nil
            case 1: object[keys[Int.random(in: 0..<keys.count, using: &self)]] = object[key]
            default: object[key] = mutant(of: object[key] ?? NSNull())
            }
            return object
        }
        if var array = value as? [Any], !stops, !array.isEmpty {
            let index = Int.random(in: 0..<array.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: array.remove(at: index)
            case 1: array.append(array[index])
            case 2: array = Array(repeating: array[index], count: 5_000)
            default: array[index] = mutant(of: array[index])
            }
            return array
        }
        let others: [Any] = [
            NSNull(), true, false, -1, 0, 1, 2, 3, 5, 64, 255, 1 << 20, 1 << 24, 1 << 31, Int.max,
            Int.min, 0.5, -0.5, 1e-300, 1e300, "", "a", "\u{2581}", "linear", "llama3", "Sequence",
            "full_attention", [Any](), [0], [String: Any](), ["type": "Sequence"],
            ["rope_type": "llama3", "factor": 1e-300] as [String: Any],
        ]
        return others[Int.random(in: 0..<others.count, using: &self)]
    }

    /// A file with something wrong in its text, which of safetensors is the header.
    mutating func mutant(of file: Data, isJSON: Bool) -> Data {
        var bytes = file
        let start = isJSON ? 0 : 8
        let length = isJSON ? file.count : 8 + Int(file[2]) << 16 + Int(file[1]) << 8 + Int(file[0])
        let numbers = bytes.indices.filter { index in
            (start..<length).contains(index) && (0x30...0x39).contains(bytes[index])
        }
        switch Int.random(in: 0..<5, using: &self) {
        case 0 where !isJSON:
            let value = extreme()
            bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: value.littleEndian) { Data($0) })
        case 1: bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &self))
        case 2:
            let place = Int.random(in: start..<min(length, bytes.count), using: &self)
            bytes[place] = UInt8.random(in: 0x20...0x7E, using: &self)
        default:
            guard !numbers.isEmpty else { return Data() }
            let place = numbers[Int.random(in: 0..<numbers.count, using: &self)]
            let texts = [
                "-1", "1e9", "99999999999", "18446744073709551616", "0.5", "[", "7", "null",
            ]
            let text = texts[Int.random(in: 0..<texts.count, using: &self)]
            bytes.replaceSubrange(place..<place + 1, with: Data(text.utf8))
        }
        return bytes
    }
}
