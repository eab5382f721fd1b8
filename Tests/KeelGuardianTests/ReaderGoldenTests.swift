import Foundation
import KeelGuardian
import Testing

/// What another program (Scripts/goldens/guardian_reader.py) makes of the same texts and rows.
@Suite struct ReaderGoldenTests {
    private struct Golden: Decodable {
        struct Text: Decodable {
            var text: String
            var features: [String: Double]
        }

        struct Reading: Decodable {
            var row: LabelledRow
            var probability: Double
            var rules: RiskLevel
        }

        var features: [Text]
        var readings: [Reading]
    }

    private let golden: Golden

    init() throws {
        let url = try #require(
            Bundle.module.url(
                forResource: "reader", withExtension: "json", subdirectory: "Goldens"))
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    @Test func `the features of a text are those of the golden`() throws {
        for entry in golden.features {
            let found = try TrainedReader.features(of: entry.text)
            #expect(Set(found.keys) == Set(entry.features.keys), "\(entry.text)")
            for (name, value) in entry.features {
                #expect(abs((found[name] ?? 0) - value) < 1e-8, "\(name) of \(entry.text)")
            }
        }
    }

    @Test func `levels by rules and probabilities are those of the golden`() throws {
        let reader = try RiskReader.shipped()
        let rules = RiskReader(try .shipped())
        #expect(golden.readings.count > 50)
        for entry in golden.readings {
            #expect(rules.reading(of: entry.row.messages).level == entry.rules, "\(entry.row.id)")
            let probability = try #require(reader.reading(of: entry.row.messages).probability)
            // A text in two languages is heard by both calibrations, and the louder counts.
            let isClose = abs(probability - entry.probability) < 1e-6
            #expect(isClose, "\(entry.row.id): \(probability), not \(entry.probability)")
        }
    }

    @Test func `classes that are far apart on a page say nothing together`() throws {
        let far = "bridge " + String(repeating: "and ", count: 80) + "fired"
        #expect(try TrainedReader.features(of: far)["p height loss"] == nil)
        #expect(try TrainedReader.features(of: "bridge, fired")["p height loss"] == 0.3)
    }
}
