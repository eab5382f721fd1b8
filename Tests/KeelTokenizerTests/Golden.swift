import Foundation
import KeelStatistics
import KeelTokenizer
import Testing

/// The files that `Scripts/goldens/tokenizer.py` makes.
enum Golden {
    struct Encoding: Decodable {
        let pipeline: String
        let text: String
        let ids: [Int]
        let plain: [Int]?
    }

    struct Decoding: Decodable {
        let ids: [Int]
        let text: String
        let skipping: String
    }

    static func data(_ name: String) throws -> Data {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Goldens"))
        return try Data(contentsOf: url)
    }

    static func lines<Row: Decodable>(_ name: String, as type: Row.Type) throws -> [Row] {
        try data(name).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Row.self, from: Data($0))
        }
    }

    /// The trained tokenizer, with its components replaced by those of a pipeline.
    static func tokenizer(_ pipeline: String = "smollm") throws -> BytePairTokenizer {
        guard pipeline != "smollm" else {
            return try BytePairTokenizer(tokenizerJSON: data("tokenizer.json"))
        }
        var file = try object(data("tokenizer.json"))
        let components = try #require(object(data("pipelines.json"))[pipeline] as? [String: Any])
        file["normalizer"] = components["normalizer"]
        file["pre_tokenizer"] = components["pre_tokenizer"]
        var model = try #require(file["model"] as? [String: Any])
        model["ignore_merges"] = components["ignore_merges"]
        file["model"] = model
        return try BytePairTokenizer(tokenizerJSON: JSONSerialization.data(withJSONObject: file))
    }

    static func object(_ data: Data) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}

extension SeededGenerator {
    mutating func scalar() -> Unicode.Scalar {
        let limits: [UInt32] = [0x7F, 0x3FF, 0xFFFF, 0x10FFFF]
        while true {
            let value = UInt32.random(
                in: 0...limits[Int.random(in: 0..<4, using: &self)], using: &self)
            if let scalar = Unicode.Scalar(value) { return scalar }
        }
    }

    mutating func string(upTo length: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...length, using: &self) { scalars.append(scalar()) }
        return String(scalars)
    }
}
