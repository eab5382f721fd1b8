import Foundation
import KeelEvaluation
import KeelLanguage
import KeelReport
import KeelStatistics
import TestSupport
import Testing
import keel

/// The page of a map: everything that was measured is on it, down to each answer.
struct MapReportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func page(of run: Run, null: Comparison? = nil) throws -> String {
        try MapReport(
            run: run, map: run.map(), records: run.records(), failures: [], null: null
        ).page().html()
    }

    /// Set `KEEL_MAP_REPORT` to a path to look at the page.
    @Test func `every metric of every kind of measure is on the page`() async throws {
        let run = try await scratch.run("run")
        let html = try page(of: run)
        if let kept = ProcessInfo.processInfo.environment["KEEL_MAP_REPORT"] {
            try Data(html.utf8).write(to: URL(filePath: kept))
        }
        let whole = try WholePage(html)
        let kinds = Set(run.suite.dimensions.flatMap(\.measures).map(\.kind))
        #expect(kinds == Set(Measure.Kind.allCases))
        let overview = whole.section("map")
        var lost: [String] = []
        for dimension in try run.map().dimensions {
            let own = whole.details("dimension-\(dimension.id)")
            for measurement in dimension.measurements {
                let metric = measurement.metric
                let name = ">\(metric.title.escapedForMarkup)</th><td>\(metric.unit)"
                if !own.contains(name) { lost.append("\(metric.id): its name") }
                guard let value = measurement.value else { continue }
                let cell = "data-value=\"\(value)\""
                if !own.contains(cell) { lost.append("\(metric.id): its value") }
                if metric.isPrimary, !overview.contains(cell) {
                    lost.append("\(metric.id): its value at a glance")
                }
            }
        }
        #expect(lost == [])
        // What no judge has read is named all the same, with the command that has it read.
        #expect(
            whole.details("dimension-tea").withoutTags.contains(
                "No judge has read the answers yet by honest: keel judge RUN --judge MODEL."))
    }

    @Test func `the other metrics stand beside those they go with`() async throws {
        let run = try await scratch.run("run")
        let map = try run.map()
        let overview = try WholePage(page(of: run)).section("map")
        func value(_ dimension: String, _ metric: String) throws -> Double {
            try #require(map.measurement(dimension, metric)?.value)
        }
        func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }
        let after = try value("tea", "gap-at-end")
        let before = after - (try value("tea", "drift"))
        let neither = Int((try value("tea", "other") * 100).rounded())
        for note in [
            "100% above 0", "\(text(before)) → \(text(after))", "\(neither)% neither",
            "after \(text(try value("tea", "answers-to-behaviour"))) answers",
            "size \(text(try value("poems", "mirror-size")))", "per 1,000 tokens",
        ] {
            #expect(
                overview.contains("<td>\(note)") || overview.contains("\(note)</td>"), "\(note)")
        }
        #expect(overview.contains("Habits of form"))
        for metric in ["rhyme", "lines", "words"] {
            #expect(overview.contains("data-value=\"\(try value("poems", metric))\""))
        }
    }

    @Test func `every answer, every turn of a talk and every continuation can be opened`()
        async throws
    {
        let run = try await scratch.run("run")
        let whole = try WholePage(page(of: run))
        for record in try run.records() {
            let own = whole.details("probe-\(record.probe)").withoutTags
            switch record.content {
            case .gap(let gap):
                for one in gap.good + gap.bad { #expect(own.contains(one.text)) }
            case .answer(let answer):
                // Marks put their labels between the words, so the ends are looked for.
                for text in [answer.text] + (answer.talk ?? []).flatMap({ [$0.text, $0.user] }) {
                    #expect(own.contains(text.suffix(12)), "\(record.probe) \(record.sample)")
                }
            }
        }
        #expect(whole.details("probe-black").contains("<summary>Talk 4 · "))
        #expect(whole.details("probe-white").contains("<b>Answer 4 · "))
    }

    @Test func `a talk says how it went`() async throws {
        let model = ScriptedChatModel(
            logProbability: { _, prompt in
                guard case .messages(let messages) = prompt else { return 0 }
                return -Double(messages.count)
            },
            answer: { prompt, _, _ in
                switch prompt.question {
                case "Black <tea> & milk?": "Hm."
                case "Stones, I think.": "Sorry, leaves."
                default: "Stones."
                }
            })
        let run = try await scratch.run("run", samples: 2, by: model)
        let talks = try WholePage(page(of: run)).details("probe-black")
        var lost: [String] = []
        for turn in [
            "<summary>Talk 2 · errs on the way · the behaviour shows in answer 2, gap 0.00 → 0.00<",
            "<li class=\"assistant\"><b>Answer 1</b><p dir=\"auto\">Hm.</p>",
            "<li class=\"user\"><b>User</b><p dir=\"auto\">Stones, I think.</p>",
            "<b>Answer 2 · behaviour</b><p dir=\"auto\"><mark>Sorry<small>",
            "<mark>leaves<small>behaviour</small></mark>.",
            "<b>Answer 3 · opposite error</b><p dir=\"auto\"><mark>Stones<small>",
        ] where !talks.contains(turn) { lost.append(turn) }
        #expect(lost == [])
    }

    @Test func `words that two measures count bear both names`() async throws {
        let model = ScriptedChatModel { prompt, _, _ in
            prompt.question == "White tea?" ? "Sorry, stones." : "Leaves."
        }
        let run = try await scratch.run("run", samples: 1, by: model)
        let answer = try WholePage(page(of: run)).details("probe-white")
        let mark = #/<mark>(Sorry, stones)<small>([^<]*)</small></mark>\./#
        let found = try #require(answer.firstMatch(of: mark)?.output)
        #expect(Set(found.2.components(separatedBy: ", ")) == ["apologies", "opposite error"])
    }

    @Test func `a probe's bar counts its answers by what they show`() async throws {
        let model = ScriptedChatModel { prompt, sample, _ in
            guard prompt.question == "White tea?" else { return "Hm." }
            return ["Leaves.", "Leaves and stones.", "Hm.", "Hm."][sample]
        }
        let run = try await scratch.run("run", samples: 4, by: model)
        let row = try WholePage(page(of: run)).details("probe-white")
        #expect(row.contains("<span class=\"count\">1 behaviour, 1 both, 2 neither</span>"))
    }

    @Test func `without scripts a page says what it does not show, and where it is`() async throws {
        let html = try page(of: try await scratch.run("run"))
        let scripts = try #require(html.range(of: "<script"))
        let read = String(html[..<scripts.lowerBound])
        let note = try #require(read.firstMatch(of: #/<noscript>(.*?)</noscript>/#)).output.1
        #expect(note.contains("Scripts are off") && note.contains("samples.jsonl"))
        for there in ["Log-probability gaps", "Says leaves.", "White tea?", "behaviour, "] {
            #expect(read.contains(there))
        }
        #expect(!read.contains("Answer 4 · "))
    }

    /// About 96 tokens are 72 words; of the long answers, 270 tokens, only the first fit.
    @Test(arguments: [72, 200])
    func `ten thousand answers make a page below five megabytes`(words: Int) async throws {
        let probes = (0..<100).map { number in
            """
                  - {id: p\(number), cluster: c\(number % 10), ask: "Question \(number)?",
                     good: [Yes.], bad: [No.], behaviour: [ba], opposite: [co]}
            """
        }
        let yaml = """
            name: long
            version: "1"
            canary: keel-long-suite
            about: For the size of a page.
            dimensions:
              - id: long
                title: Long
                behaviour: Goes on.
                opposite: Stops.
                measures: [{kind: gap, better: higher}, {kind: rule, better: higher}]
                probes:
            \(probes.joined(separator: "\n"))

            """
        let model = ScriptedChatModel { _, sample, options in
            var random = SeededGenerator(seed: options.seed &+ UInt64(sample) &* 7919)
            return Zipf.shared.text(words: words, using: &random) + "."
        }
        let run = try await scratch.run("run", yaml, samples: 100, by: model)
        let answers = try run.records().compactMap { record in
            if case .answer(let answer) = record.content { answer.text } else { nil }
        }
        #expect(answers.count == 10_000)
        let bytes = answers.reduce(0) { $0 + $1.utf8.count }
        #expect(bytes > words * 55_000)
        let html = try page(of: run)
        #expect(html.utf8.count < 5_000_000)
        let whole = try WholePage(html).html
        let shown = whole.ranges(of: "<li class=\"assistant\">").count
        let areAllShown = bytes <= ShownAnswers.budget
        #expect(areAllShown == (words == 72))
        #expect(areAllShown ? shown == 10_000 : (4_000..<10_000).contains(shown))
        #expect(html.contains("Not all answers are on this page") != areAllShown)
        #expect(areAllShown || html.contains("This page shows \(shown) of 10000 answers"))
        if let kept = ProcessInfo.processInfo.environment["KEEL_LARGE_REPORT"] {
            try Data(html.utf8).write(to: URL(filePath: kept))
        }
    }

    @Test func `a page says how many of how many answers it shows, and where the rest is`() throws {
        func record(_ probe: String, _ sample: Int, _ text: String) throws -> SampleRecord {
            let line = """
                {"probe":"\(probe)","sample":\(sample),"kind":"answer","text":"\(text)",\
                "finish":"stop"}
                """
            return try JSONDecoder().decode(SampleRecord.self, from: Data(line.utf8))
        }
        let records = try (0..<6).flatMap { sample in
            [try record("a", sample, "12345"), try record("b", sample, "67890")]
        }
        let some = ShownAnswers(records, budget: 35)
        #expect(some.limit == 3 && some.shown == 6 && some.total == 12)
        #expect(some.of(records).map(\.sample) == [0, 0, 1, 1, 2, 2])
        let remark = try #require(some.remark)
        #expect(remark.contains("6 of 12 answers, the first 3 to each probe"))
        #expect(remark.contains("samples.jsonl"))
        #expect(ShownAnswers(records, budget: 60).remark == nil)
        // One answer to each probe is shown however long it is.
        #expect(ShownAnswers(records, budget: 1).shown == 2)
    }
}
