import Foundation
import KeelEvaluation
import KeelLanguage
import KeelReport
import TestSupport
import Testing
import keel

/// The page of two runs: what changed in words, in numbers, and answer beside answer.
struct ComparisonReportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func page(_ before: Run, _ after: Run) throws -> String {
        let comparison = try Comparison(of: before, with: after)
        return try ComparisonReport(comparison: comparison, baseline: before, candidate: after)
            .page().html()
    }

    /// Set `KEEL_COMPARISON_REPORT` to a path to look at the page.
    @Test func `verdict and cause come first, in words`() async throws {
        let before = try await scratch.run("before", samples: 6)
        let after = try await scratch.run(
            "after", samples: 6, seed: 2, system: "Hold on.", by: WholeSuite.model(firmness: 4))
        let html = try page(before, after)
        if let kept = ProcessInfo.processInfo.environment["KEEL_COMPARISON_REPORT"] {
            try Data(html.utf8).write(to: URL(filePath: kept))
        }
        let changes = try WholePage(html).section("changes")
        let comparison = try Comparison(of: before, with: after)
        #expect(changes.contains(comparison.causes.escapedForMarkup))
        #expect(comparison.causes.contains("Hold on."))
        for change in comparison.found {
            let name = ">\(change.title)</a>, \(change.metric.title): "
            let sentence = try #require(changes.components(separatedBy: name).dropFirst().first)
            let unit: KeelReport.Unit = change.metric.scale == .share ? .percent : .plain
            for value in [change.baseline, change.candidate].compactMap(\.self) {
                #expect(sentence.prefix(60).contains(unit.text(value)))
            }
            #expect(sentence.prefix(200).contains("others like them") == change.isOpenElsewhere)
        }
    }

    @Test func `both dots and the difference of every measure are on the page`() async throws {
        let before = try await scratch.run("before", samples: 6)
        let after = try await scratch.run("after", samples: 6, seed: 2)
        let whole = try WholePage(page(before, after))
        let values = whole.section("values")
        var lost: [String] = []
        for change in try Comparison(of: before, with: after).changes {
            guard let old = change.baseline, let new = change.candidate,
                let difference = change.difference
            else { continue }
            // Where some probes lack a reading in one run, the means are not over the same ones.
            let maps = try [before.map(), after.map()].map {
                $0.measurement(change.dimension, change.metric.id)?.value
            }
            for value in maps.compactMap(\.self)
            where !values.contains("data-value=\"\(value)\"") {
                lost.append("\(change.metric.id): a dot at \(value)")
            }
            for value in [old, new, difference]
            where !whole.section("measures").contains("data-value=\"\(value)\"") {
                lost.append("\(change.metric.id): \(value)")
            }
        }
        #expect(lost == [])
    }

    @Test func `the most changed probe comes first, its answers beside each other`() async throws {
        func model(_ word: String) -> ScriptedChatModel {
            ScriptedChatModel(
                logProbability: { completion, prompt in
                    let isMoved = prompt.question == "White tea?" && word == "after"
                    return completion.contains("eaves") ? (isMoved ? -9 : -1) : -2
                },
                answer: { prompt, sample, _ in "\(word): \(prompt.question) \(sample)" })
        }
        let before = try await scratch.run("before", samples: 2, by: model("before"))
        let after = try await scratch.run("after", samples: 2, by: model("after"))
        let whole = try WholePage(page(before, after))
        let order = whole.details("dimension-tea").matches(of: #/<details id="probe-(\w+)"/#)
        #expect(order.map { String($0.output.1) } == ["white", "black", "green"])
        let answers = whole.details("probe-white")
        let pairs = answers.components(separatedBy: "<div class=\"columns\">").dropFirst()
        #expect(
            pairs.map { pair in
                pair.matches(of: #/(before|after): White tea\? (\d)</#).map {
                    "\($0.output.1) \($0.output.2)"
                }
            } == [["before 0", "after 0"], ["before 1", "after 1"]])
        #expect(answers.contains("<b>Before · answer 1 · "))
        #expect(whole.details("probe-black").contains("<summary>After · talk 2 · "))
    }

    @Test func `an answer that one run lacks is named`() async throws {
        let before = try await scratch.run("before", samples: 1)
        let after = try await scratch.run("after", samples: 2)
        let answers = try WholePage(page(before, after)).details("probe-white")
        #expect(answers.contains("Answer 2 before is not there."))
    }

    @Test func `a run compared with itself shows no change`() async throws {
        let run = try await scratch.run("run")
        let whole = try WholePage(page(run, run))
        #expect(whole.section("changes").contains("No difference was found"))
    }

    @Test func `headings go down one level at a time`() async throws {
        let before = try await scratch.run("before", samples: 2)
        let after = try await scratch.run("after", samples: 2, seed: 2)
        let map = try MapReport(
            run: before, map: before.map(), records: before.records(), failures: []
        ).page().html()
        for html in [map, try page(before, after)] {
            let levels = try WholePage(html).html.matches(of: #/<h(\d)/#).compactMap {
                Int($0.output.1)
            }
            #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
            #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
        }
    }
}
