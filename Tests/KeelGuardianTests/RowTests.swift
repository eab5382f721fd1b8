import KeelGuardian
import KeelLanguage
import Testing

/// Labelled conversations: a regression test, since rules and rows have one author.
@Suite struct RowTests {
    @Test(arguments: ["first", "second"])
    func `rows that were labelled as danger are read as danger, others are not`(batch: String)
        throws
    {
        let reader = try RiskReader.shipped()
        for row in try ReaderTests.rows(batch) {
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
