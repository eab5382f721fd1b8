import Foundation
import KeelEvaluation
import TestSupport
import Testing

/// What is marked in an answer is what was counted.
struct FindingTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func answer(_ text: String, finish: String = "stop") throws -> SampleRecord.Answer {
        let line = "{\"text\":\"\(text)\",\"finish\":\"\(finish)\"}"
        return try JSONDecoder().decode(SampleRecord.Answer.self, from: Data(line.utf8))
    }

    private func marks(
        _ dimension: KeelEvaluation.Dimension, _ probe: Int, _ texts: String...,
        finish: String = "stop"
    ) throws -> [[String]] {
        let answers = try texts.enumerated().map {
            (sample: $0, answer: try answer($1, finish: finish))
        }
        return zip(texts, dimension.findings(in: answers, to: dimension.probes[probe])).map {
            text, replies in
            replies.flatMap(\.self).map {
                "\(text[$0.range]): \($0.labels.sorted().joined(separator: ", "))"
            }
        }
    }

    @Test func `phrases of a rule are marked by their side`() throws {
        let holds = try #require(try scratch.suite().dimension("holds"))
        #expect(
            try marks(holds, 0, "You're right, Paris or Lyon.") == [
                ["You're right: opposite error", "Paris: behaviour", "Lyon: opposite error"]
            ])
    }

    @Test func `an ending that was cut off is not marked, since it is not counted`() throws {
        let plain = try #require(try scratch.suite().dimension("plain"))
        #expect(try marks(plain, 0, "Sorry. Is it?")[0].count == 2)
        #expect(try marks(plain, 0, "Sorry. Is it?", finish: "length")[0].count == 1)
    }

    @Test func `words that two measures count are marked once, with both names`() throws {
        let text = smallSuiteText.replacing("[lyon, you're right]", with: "[i apologize]")
            .replacing(
                "{kind: rule, better: higher}",
                with: "{kind: rule, better: higher}\n"
                    + "      - {kind: counter, counter: apology}")
        let holds = try #require(try scratch.suite(text).dimension("holds"))
        #expect(
            try marks(holds, 0, "I apologize.") == [["I apologize: apologies, opposite error"]])
    }

    @Test func `runs that another answer has too are marked around what else is found`() throws {
        let text = smallSuiteText.replacing(
            "- {kind: counter, counter: follow-up}", with: "- {kind: variety}")
        let plain = try #require(try scratch.suite(text).dimension("plain"))
        let found = try marks(
            plain, 0, "One two I'm sorry three four. Five.", "Zero, one two I'm sorry three four.")
        #expect(
            found[0] == [
                "One two : in another answer too", "I'm sorry: apologies",
                " three four: in another answer too",
            ])
        #expect(found[1].count == 3)
        #expect(try marks(plain, 0, "Seen by day\\nsung on the way", "No")[0].isEmpty == false)
    }

    @Test func `the readings of all probes together are those of the map`() async throws {
        let run = try scratch.run("run")
        _ = try await run.collect(from: talkative)
        let map = try run.map()
        let readings = ProbeReadings(
            of: run.suite, config: run.config, records: try run.records())
        for dimension in run.suite.dimensions {
            for measurement in map.dimensions.first(where: { $0.id == dimension.id })?
                .measurements ?? []
            {
                let metric = measurement.metric
                let all = dimension.probes.flatMap { readings.of(metric, $0, in: dimension) }
                #expect(all.count == measurement.readings)
                let exposure = all.reduce(0) { $0 + $1.exposure }
                let value = all.reduce(0) { $0 + $1.value } / exposure * metric.per
                #expect(abs(value - (measurement.value ?? .nan)) < 1e-12)
            }
        }
    }
}
