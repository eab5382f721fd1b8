import Foundation
import KeelGuardian
import KeelLanguage
import Testing

/// The trained reader, and the probability.
@Suite struct ReaderTests {
    static func rows(_ name: String) throws -> [LabelledRow] {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "jsonl", subdirectory: "Rows"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(LabelledRow.self, from: Data($0.utf8))
        }
    }

    private static func cut(_ text: String) -> [[Message]] {
        let scalars = Array(text.unicodeScalars)
        return (1..<scalars.count).map { place in
            [scalars[..<place], scalars[place...]].map { piece -> Message in
                var view = String.UnicodeScalarView()
                view.append(contentsOf: piece)
                return .user(String(view))
            }
        }
    }

    @Test func `a probability never falls within a conversation`() throws {
        let reader = try RiskReader.shipped()
        for conversation in Sentences.conversations(100, seed: 11) {
            let probabilities = try reader.readings(of: conversation).map {
                try #require($0.reading.probability)
            }
            #expect(probabilities == probabilities.sorted())
            #expect(probabilities.allSatisfy { (0...1).contains($0) })
        }
    }

    @Test func `a row cut in two at any place is read as high, with no lower probability`() throws {
        let reader = try RiskReader.shipped()
        let single = try Self.rows("calibrate").filter { $0.messages.count == 1 }
        // Some: each is cut at every place.
        for row in stride(from: 0, to: single.count, by: 30).map({ single[$0] }) {
            let whole = reader.reading(of: row.messages)
            for pieces in Self.cut(row.messages[0].content) {
                let reading = reader.reading(of: pieces)
                #expect(reading.level >= whole.level, "\(pieces.map(\.content))")
                #expect((reading.probability ?? 0) >= (whole.probability ?? 0) - 1e-9)
            }
        }
    }

    @Test func `sentences around it lower nothing`() throws {
        let reader = try RiskReader.shipped()
        for row in try Self.rows("calibrate") where row.level >= .high && row.messages.count == 1 {
            let text = row.messages[0].content
            let whole = reader.reading(of: row.messages)
            for story in ["Write a story. \(text). The end.", "今天天气很好。\(text)。帮我写下去。"] {
                let reading = reader.reading(of: [.user(story)])
                #expect(reading.level >= whole.level, "\(story)")
                #expect((reading.probability ?? 0) >= (whole.probability ?? 0) - 1e-9, "\(story)")
            }
        }
    }

    @Test func `what the reader hears is told with the words it heard`() throws {
        let reader = try RiskReader.shipped()
        var heard = 0
        for row in try Self.rows("calibrate") where row.level >= .high {
            for evidence in reader.reading(of: row.messages).evidence
            where evidence.rule == "reader" {
                heard += 1
                #expect(!evidence.spans.isEmpty)
                for span in evidence.spans {
                    let content = row.messages[span.message].content.unicodeScalars
                    let part = content.dropFirst(span.start).prefix(span.end - span.start)
                    #expect(String(part) == span.text && !span.text.isEmpty)
                }
            }
        }
        #expect(heard > 0)
    }

    @Test func `no row stands in two sets`() throws {
        var seen: Set<String> = []
        for name in ["train", "wide", "parts", "calibrate", "held-out"] {
            for row in try Self.rows(name) {
                let said = row.messages.map { $0.content.lowercased() }.joined(separator: "|")
                #expect(seen.insert(said).inserted, "\(row.id)")
            }
        }
    }

    @Test func `the reader that ships is what its rows teach`() throws {
        let rows = try ["train", "first", "second", "wide", "parts"].flatMap { try Self.rows($0) }
        let training = ReaderTraining()
        let shipped = try TrainedReader.shipped()
        // The loss has one minimum, where it is flat; weights that ship are rounded.
        #expect(try training.slope(of: shipped, on: rows) < 0.1)
        #expect(try training.slope(of: shipped, on: rows.filter { $0.language == .english }) > 1)
    }

    @Test func `what is learnt from rows is where their loss is flat`() throws {
        let some = try Self.rows("calibrate").enumerated().filter { $0.offset.isMultiple(of: 6) }
            .map(\.element)
        let training = ReaderTraining()
        let trained = try training.reader(from: some, calibratedOn: some, beside: .shipped())
        #expect(try training.slope(of: trained, on: some) < 0.1)
    }

    @Test func `a reader is written and read, and one that is broken is refused`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let shipped = try TrainedReader.shipped()
        try shipped.write(to: folder)
        let again = RiskReader(try .shipped(), trained: try TrainedReader(contentsOf: folder))
        let row = try #require(try Self.rows("calibrate").first)
        let expected = try RiskReader.shipped().reading(of: row.messages)
        #expect(again.reading(of: row.messages) == expected)
        for (name, text) in [
            ("reader-words.tsv", "0.5 w die\n"), ("reader-words.tsv", "nan\tw die\n"),
            ("reader-words.tsv", "0.5\tw die\n"), ("reader.yaml", "en: {words: 1}\n"),
            ("reader.yaml", "en: {words: 1, levels: [1], bias: 0, threshold: 0.5}\n"),
        ] {
            try shipped.write(to: folder)
            try Data(text.utf8).write(to: folder.appending(path: name))
            #expect(throws: GuardianError.self) { try TrainedReader(contentsOf: folder) }
        }
    }

    @Test func `rows without danger in a language teach nothing`() throws {
        let rows = try Self.rows("calibrate").filter {
            $0.language == .english || $0.level == .none
        }
        let error = #expect(throws: GuardianError.self) {
            try ReaderTraining().reader(from: rows, calibratedOn: rows, beside: .shipped())
        }
        #expect(error?.place == "zh")
    }
}
