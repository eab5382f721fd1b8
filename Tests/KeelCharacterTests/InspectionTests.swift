import Foundation
import KeelCharacter
import KeelLanguage
import KeelStatistics
import Testing

@Suite struct InspectionTests {
    /// Answers of which the style is drawn, and a choice by planted preferences.
    private struct Planted {
        var generator: SeededGenerator
        /// Log-odds for one exclamation mark, semicolon, and doubling of length.
        var exclamation = 0.0
        var semicolon = 0.0
        var length = 0.0

        private mutating func answer() -> (text: String, taste: Double) {
            let sentences = Int.random(in: 1...6, using: &generator)
            var text = ""
            var taste = 0.0
            for _ in 0..<sentences {
                let words = (0..<Int.random(in: 3...9, using: &generator)).map { _ in
                    ["stone", "river", "green", "I", "you", "seven", "walks", "it's"]
                        .randomElement(using: &generator) ?? ""
                }
                let mark = [".", ".", ".", "!", ";", "?"].randomElement(using: &generator) ?? "."
                taste += mark == "!" ? exclamation : mark == ";" ? semicolon : 0
                text += (text.isEmpty ? "" : " ") + words.joined(separator: " ") + mark
            }
            let count = text.split(separator: " ").count
            return (text, taste + length * log2(1 + Double(count)))
        }

        mutating func pairs(_ count: Int) -> [PreferencePair] {
            (0..<count).map { number in
                let (one, other) = (answer(), answer())
                let odds = one.taste - other.taste
                let isOne = Double.random(in: 0...1, using: &generator) < 1 / (1 + exp(-odds))
                // Four answers to each prompt, in two rows.
                return PreferencePair(
                    place: "rows.jsonl:\(number + 1)", prompt: "Question \(number / 2)?",
                    chosen: isOne ? one.text : other.text,
                    rejected: isOne ? other.text : one.text)
            }
        }
    }

    /// Preferences that 2,000 rows have the power to show.
    ///
    /// Counts of words and marks grow with length, so beside them its log-odds have an error of 0.14.
    /// Of 60 draws by numpy, length was found after the adjustment in 65 % at 0.3 a doubling, and in
    /// 98 % at 0.6.
    private static let three = Planted(
        generator: .init(seed: 3), exclamation: 1.0, semicolon: -0.5, length: 0.6)

    @Test func `three planted preferences of different strength are found in 2,000 rows`() throws {
        var planted = Self.three
        let inspection = try PreferenceInspection(planted.pairs(2000), resamples: 5_000)
        let found = inspection.found
        #expect(Set(found.map(\.id)) == ["exclamations", "semicolons", "length"])
        #expect(found.first?.id == "exclamations")
        let verdicts = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.verdict) })
        #expect(verdicts["exclamations"] == .preferred && verdicts["semicolons"] == .avoided)
        #expect(verdicts["length"] == .preferred)
        // The planted log-odds of one mark, in typical differences, lie in their intervals.
        for (id, weight) in [("exclamations", 1.0), ("semicolons", -0.5), ("length", 0.6)] {
            let feature = try #require(found.first { $0.id == id })
            let effect = try #require(feature.beside)
            #expect(effect.logOdds.contains(weight * feature.typicalDifference), "\(id)")
            #expect(feature.carriers.count == 5)
            #expect(feature.carriers.allSatisfy { $0.difference * effect.logOdds.value > 0 })
        }
        #expect(inspection.rows == 2000 && inspection.prompts == 1000)
    }

    @Test func `in most sets the three are found, and hardly anything else`() throws {
        let wanted: Set = ["exclamations", "semicolons", "length"]
        var whole = 0
        var alarms = 0
        for seed in 40..<46 as Range<UInt64> {
            var planted = Self.three
            planted.generator = SeededGenerator(seed: seed)
            let inspection = try PreferenceInspection(
                planted.pairs(2000), carriers: 0, resamples: 2_000, seed: seed)
            let found = Set(inspection.found.map(\.id))
            whole += found.isSuperset(of: wanted) ? 1 : 0
            alarms += found.subtracting(wanted).isEmpty ? 0 : 1
        }
        // Length is missed in about one set of fifty; at 5 %, three alarms of six have 0.2 %.
        #expect(whole >= 4, "\(whole)")
        #expect(alarms <= 2, "\(alarms)")
    }

    @Test func `nothing is found when the same rows are shuffled`() throws {
        var planted = Self.three
        var generator = SeededGenerator(seed: 17)
        let shuffled = planted.pairs(2000).map { Self.turned($0, &generator) }
        let inspection = try PreferenceInspection(shuffled, resamples: 5_000)
        #expect(inspection.found.isEmpty)
        #expect(
            inspection.features.allSatisfy { $0.verdict == .notFound || $0.verdict == .notSeen })
    }

    @Test func `over many shuffles something is found in at most about one of twenty`() throws {
        var planted = Planted(generator: .init(seed: 5), exclamation: 1.0)
        let rows = planted.pairs(80)
        let features = TextFeature.catalogue.filter {
            ["length", "semicolons", "exclamations", "questions", "numbers", "first-person"]
                .contains($0.id)
        }
        var generator = SeededGenerator(seed: 23)
        let rounds = 120
        let alarms = try (0..<rounds).count { round in
            let shuffled = rows.map { Self.turned($0, &generator) }
            let inspection = try PreferenceInspection(
                shuffled, features: features, carriers: 0, resamples: 1_000,
                seed: UInt64(round))
            return inspection.features.contains {
                $0.verdict != .notFound && $0.verdict != .notSeen
            }
        }
        // At 5 %, 15 or more of 120 have a probability of 0.1 %.
        #expect(alarms < 15, "\(alarms)")
    }

    private static func turned(
        _ pair: PreferencePair, _ generator: inout SeededGenerator
    ) -> PreferencePair {
        var pair = pair
        if Bool.random(using: &generator) { swap(&pair.chosen, &pair.rejected) }
        return pair
    }

    @Test func `a preference that only goes with another is told apart`() throws {
        // Longer answers have more exclamation marks, and only these are liked.
        var planted = Planted(generator: .init(seed: 8), exclamation: 1.5)
        let inspection = try PreferenceInspection(
            planted.pairs(1500),
            features: TextFeature.catalogue.filter {
                ["length", "exclamations"].contains($0.id)
            }, resamples: 5_000)
        let verdicts = Dictionary(
            uniqueKeysWithValues: inspection.features.map { ($0.id, $0.verdict) })
        #expect(verdicts == ["exclamations": .preferred, "length": .shared])
    }

    @Test(arguments: [
        ("list-items", "- one\n* two\n3. three\nfour", 3.0),
        ("headings", "# One\n## Two\n#none", 2), ("semicolons", "a; b; c", 2),
        ("paragraphs", "one\n\ntwo\n \nthree", 3), ("dashes", "a — b – c - d well-known", 3),
        ("emphasis", "a **bold** and *slanted* 2 * 3", 2), ("code", "use `ls` now", 1),
        ("first-person", "I'm here, me and my dog", 3), ("contractions", "It's what we've got", 2),
        ("emoji", "Yes 😀🎉 3", 2), ("numbers", "3 of 14 or two", 2),
        ("echo", "The harbour was closed", 0.5), ("length", "one two three", 2),
    ])
    func `a feature counts what it names`(id: String, text: String, count: Double) throws {
        let feature = try #require(TextFeature.catalogue.first { $0.id == id })
        let answer = TextFeature.Answer(prompt: "Is the harbour open?", text: text)
        #expect(abs(feature.measure(answer) - count) < 1e-12)
    }

    @Test func `what was measured inside a model is looked for beside the words`() throws {
        var planted = Planted(generator: .init(seed: 6))
        let pairs = planted.pairs(300)
        var generator = SeededGenerator(seed: 4)
        func draws(around middle: Double) -> [Double] {
            pairs.map { _ in middle + Double.random(in: -1...1, using: &generator) }
        }
        let inspection = try PreferenceInspection(
            pairs, features: TextFeature.catalogue.filter { $0.id == "length" },
            measured: [
                .init(id: "direction-1", title: "kindness", differences: draws(around: 0.4)),
                .init(id: "direction-2", title: "noise", differences: draws(around: 0)),
            ], resamples: 2_000)
        #expect(inspection.found.map(\.id) == ["direction-1"])
        #expect(inspection.features.map(\.id) == ["length", "direction-1", "direction-2"])
        #expect(throws: StatisticsError.self) {
            try PreferenceInspection(
                pairs, measured: [.init(id: "d", title: "d", differences: [1])])
        }
        #expect(throws: StatisticsError.self) {
            try PreferenceInspection(
                pairs, measured: [.init(id: "d", title: "d", differences: pairs.map { _ in .nan })])
        }
    }

    @Test func `a principle's summary names what it changed and nothing else`() throws {
        var planted = Planted(generator: .init(seed: 12), exclamation: 2)
        func records(_ principle: String, turned: Bool) -> [PreferenceRecord] {
            var generator = SeededGenerator(seed: 9)
            return planted.pairs(80).enumerated().map { number, pair in
                let pair = turned ? Self.turned(pair, &generator) : pair
                var record = PreferenceRecord(
                    prompt: [.user("Question \(number)?")], chosen: pair.chosen,
                    rejected: pair.rejected, probability: 1, origin: .ranked)
                record.principle = principle
                return record
            }
        }
        let summary = PreferenceSummary(
            records("loud", turned: false) + records("idle", turned: true))
        #expect(summary.principles.map(\.principle) == ["loud", "idle"])
        let loud = summary.principles[0].shifts
        #expect(loud.first?.feature == "exclamations")
        #expect(loud.first.map { $0.difference > 0.3 && $0.adjusted < 0.05 } == true)
        #expect(loud.first?.interval?.contains(0) == false)
        #expect(summary.principles[1].shifts.isEmpty)
        #expect(summary.tests > 10)
    }

    @Test func `rows without a difference have nothing to find`() throws {
        let pairs = (0..<4).map {
            PreferencePair(place: "\($0)", prompt: "\($0)", chosen: "Same.", rejected: "Same.")
        }
        let inspection = try PreferenceInspection(pairs)
        #expect(inspection.features.allSatisfy { $0.verdict == .notSeen })
        #expect(throws: StatisticsError.empty(what: "rows")) { try PreferenceInspection([]) }
    }
}
