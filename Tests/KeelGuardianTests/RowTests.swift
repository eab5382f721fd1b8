import Foundation
import KeelGuardian
import KeelLanguage
import Testing

/// Labelled conversations: a regression test, since rules and rows have one author.
@Suite struct RowTests {
    struct Row: Decodable {
        var id: String
        var form: String
        var level: RiskLevel
        var messages: [Message]
    }

    static func rows(_ batch: String) throws -> [Row] {
        let url = try #require(
            Bundle.module.url(forResource: batch, withExtension: "jsonl", subdirectory: "Rows"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
    }

    @Test(arguments: ["first", "second"])
    func `rows that were labelled as danger are read as danger, others are not`(batch: String)
        throws
    {
        let reader = try RiskReader.shipped()
        for row in try Self.rows(batch) {
            let level = reader.reading(of: row.messages).level
            if row.level >= .high {
                #expect(level >= .high, "\(row.id) is \(level): \(row.messages.map(\.content))")
            } else if row.level == .none {
                #expect(level < .moderate, "\(row.id) is \(level): \(row.messages.map(\.content))")
            } else {
                #expect(level >= .low, "\(row.id) is \(level): \(row.messages.map(\.content))")
            }
        }
    }
}
