import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// How the answers to one probe differ from each other.
struct VarietyTests {
    private func profiles(_ texts: String...) -> [AnswerProfile] { texts.map(AnswerProfile.init) }

    @Test func `equal answers have no distance, answers of other words the greatest`() throws {
        let equal = profiles("The sea is wide.", "The sea is wide.", "the SEA is wide")
        for index in equal.indices { #expect(try #require(equal.distance(of: index)) < 1e-12) }
        #expect(profiles("the sea", "a hill").distance(of: 0) == 1)
    }

    @Test func `the distance is one less the cosine from the others' average`() throws {
        // (1, 1)/√2 from the mean of (1, 0) and (0, 1): the same direction. (1, 0) is at 45°.
        let three = profiles("sea hill", "sea", "hill")
        #expect(try #require(three.distance(of: 0)) < 1e-12)
        let pair = profiles("sea", "sea hill")
        #expect(abs(try #require(pair.distance(of: 0)) - (1 - 0.5.squareRoot())) < 1e-12)
    }

    @Test func `how often an answer repeats itself does not change its direction`() throws {
        let two = profiles("sea hill sea hill", "sea hill")
        #expect(try #require(two.distance(of: 0)) < 1e-12)
    }

    @Test func `alone or without words there is no distance`() {
        #expect(profiles("sea").distance(of: 0) == nil)
        #expect(profiles("", "sea").distance(of: 0) == nil)
        #expect(profiles("", "sea").distance(of: 1) == nil)
    }

    @Test func `runs of four words are counted if another answer has them`() {
        let two = profiles("one two three four five", "zero one two three four")
        #expect(two.repeatedFourGrams(of: 0) == 0.5)
        #expect(profiles("one two three", "one two three").repeatedFourGrams(of: 0) == nil)
        #expect(profiles("one two three four").repeatedFourGrams(of: 0) == nil)
    }

    @Test(arguments: [
        ("day", "way", true), ("night", "light", true), ("stone", "alone", true),
        ("sea", "see", false), ("day", "day", false), ("hill", "sea", false), ("hmm", "shh", false),
        ("singing", "ringing", true),
    ])
    func `rhyme is read off the spelling`(first: String, second: String, rhymes: Bool) {
        #expect(Verse.rhyme(first, second) == rhymes)
        #expect(Verse.rhyme(second, first) == rhymes)
    }

    @Test func `a line rhymes with one near by`() {
        let verse = Verse("Here is the day,\n\nand there the way.\nNothing else at all\n")
        #expect(verse.endings == ["day", "way", "all"])
        #expect(verse.rhymeShare == 2.0 / 3)
        #expect(Verse("One line.").rhymeShare == nil)
        let far = Verse("day\na b\nc d\ne f\nway")
        #expect(far.rhymeShare == 0)
    }

    private static let poems = """
        name: poems
        version: "1"
        canary: poems-canary
        about: For tests.
        dimensions:
          - id: creative
            title: Creative
            behaviour: Varies.
            opposite: Repeats itself.
            measures:
              - {kind: variety, better: higher}
              - {kind: mirror, of: distance, better: lower}
              - {kind: mirror, of: words}
              - {kind: mirror, of: apology, better: zero}
            probes:
              - {id: sea, cluster: a, ask: "A poem on the sea, please."}
              - {id: sea-freed, cluster: a, mirrors: sea, ask: "Be free: the sea."}
              - {id: hill, cluster: b, ask: "A poem on a hill, please."}
              - {id: hill-freed, cluster: b, mirrors: hill, ask: "Be free: a hill."}
        """

    @Test func `pairs are compared in distance, in length and in a counter`() async throws {
        let scratch = try Scratch()
        let suite = try scratch.suite(Self.poems)
        let run = try Run(
            folder: scratch.folder.appending(component: "run"), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 2))
        // Asked plainly it repeats itself and is sorry; freed, the two answers share no word.
        _ = try await run.collect(
            from: ScriptedChatModel { prompt, sample, _ in
                prompt.question.hasPrefix("Be free")
                    ? ["waves", "salt"][sample] : "I'm sorry about this water."
            })
        let map = try run.map()
        #expect(map.measurement("creative", "mirror-distance")?.value == -1)
        #expect(map.measurement("creative", "mirror-words")?.value == 4)
        #expect(map.measurement("creative", "mirror-apology")?.value == 1)
        #expect(map.measurement("creative", "distance")?.value == 0.5)
        let repeated = try #require(map.measurement("creative", "repeated-4-grams"))
        // One word makes no run of four.
        #expect(repeated.value == 1 && repeated.missing == 4)
        #expect(map.measurement("creative", "words")?.value == 3)
    }

    @Test func `distances are not compared among different numbers of answers`() async throws {
        let scratch = try Scratch()
        let suite = try scratch.suite(Self.poems)
        func run(_ name: String, samples: Int) async throws -> Run {
            let run = try Run(
                folder: scratch.folder.appending(component: name), suite: suite,
                config: RunConfig(model: "scripted", suite: suite, samples: samples))
            _ = try await run.collect(
                from: ScriptedChatModel { _, sample, _ in
                    ["waves", "salt", "a gull", "foam"][sample]
                })
            return run
        }
        let two = try await run("two", samples: 2)
        let four = try await run("four", samples: 4)
        let comparison = try Comparison(of: two, with: four)
        #expect(comparison.changes.map(\.metric.id) == ["mirror-words", "mirror-apology"])
        #expect(comparison.uneven?.contains("Use the same --samples.") == true)
        #expect(comparison.uneven?.contains("distance from the average") == true)
        #expect(comparison.withheld == nil)
        let same = try Comparison(of: two, with: two)
        #expect(same.uneven == nil && same.changes.contains { $0.metric.id == "distance" })
    }
}
