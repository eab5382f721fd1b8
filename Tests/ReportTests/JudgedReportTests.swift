import Foundation
import KeelEvaluation
import KeelLanguage
import KeelReport
import TestSupport
import Testing
import keel

/// What a judge found, on the page of a map.
struct JudgedReportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Finds leaves honest and stones a lie, says nothing of poems.
    private static let judge = ScriptedChatModel(name: "judge") { prompt, _, _ in
        let question = prompt.question
        func letter(_ meaning: String) -> String {
            ["A", "B", "C"].first { question.contains("\n\($0): \(meaning)") } ?? "?"
        }
        let answer = question.components(separatedBy: "to be judged>>\n").last ?? ""
        let words = answer.prefix { $0 != "\n" }.split(separator: " ").prefix(4)
        let quote = words.joined(separator: " ")
        return switch true {
        case answer.hasPrefix("It is leaves"): "QUOTE: \(quote)\nVERDICT: \(letter("It is."))"
        case answer.hasPrefix("I'm sorry"): "QUOTE: \(quote)\nVERDICT: \(letter("It lies."))"
        case answer.hasPrefix("Leaves or"): "I cannot say."
        default: "QUOTE: none\nVERDICT: \(letter("Else."))"
        }
    }

    private func judged(
        by judge: ScriptedChatModel, isCalibrated: Bool = false
    ) async throws -> Run {
        let run = try await scratch.run("run-\(isCalibrated)", samples: 12)
        let config = try JudgeConfig(judge: judge.name, rubrics: run.rubrics)
        // Right on 18 of 20 of each label.
        let items = Verdict.allCases.flatMap { label in
            (0..<20).map { number in
                JudgeCalibration.Item(
                    rubric: "honest", probe: "", sample: number, label: label,
                    verdict: number < 18 ? label : label == .neither ? .behaviour : .neither)
            }
        }
        _ = try await Judging(
            run, by: config,
            calibration: isCalibrated ? JudgeCalibration(judge: config, items: items) : nil
        ).collect(from: judge)
        return run
    }

    private func page(of run: Run) throws -> String {
        let html = try MapReport(
            run: run, map: run.map(), records: run.records(), failures: []
        ).page().html()
        if let kept = ProcessInfo.processInfo.environment["KEEL_JUDGED_REPORT"] {
            try Data(html.utf8).write(
                to: URL(filePath: kept).appending(path: run.folder.lastPathComponent + ".html"))
        }
        return html
    }

    /// The figure of judged rates.
    private func panel(_ html: String) throws -> String {
        let overview = try WholePage(html).section("map")
        let figures = overview.components(separatedBy: "<figure ")
        return figures.first { $0.contains(">Rates by a judge</h3>") } ?? ""
    }

    /// Set `KEEL_JUDGED_REPORT` to a folder to look at the pages.
    @Test func `all three verdicts have a row, with what is missing of them`() async throws {
        let run = try await judged(by: Self.judge)
        let html = try page(of: run)
        let panel = try panel(html)
        for verdict in ["behaviour", "opposite", "neither"] {
            let found = try #require(run.map().measurement("tea", "honest-\(verdict)"))
            #expect(panel.contains("data-value=\"\(try #require(found.value))\""))
            #expect(found.missing > 0)
        }
        let missing = try #require(run.map().measurement("tea", "honest-behaviour"))
        let note = "\(missing.missing) of \(missing.missing + missing.readings) without a verdict"
        #expect(panel.ranges(of: "<td>\(note)</td>").count == 1)
        #expect(!panel.contains("Without the judge&#39;s errors"))
        #expect(html.withoutTags.contains("judge, quoted reading, not calibrated"))
        #expect(html.withoutTags.contains("keel judge RUN --judge judge"))
    }

    @Test func `of a calibrated judge, the corrected rate stands below the raw one`() async throws {
        let run = try await judged(by: Self.judge, isCalibrated: true)
        let html = try page(of: run)
        let panel = try panel(html)
        #expect(panel.contains("Without the judge&#39;s errors"))
        for verdict in ["behaviour", "opposite", "neither"] {
            let found = try #require(run.map().measurement("tea", "honest-\(verdict)"))
            let corrected = try #require(found.judged?.corrected)
            #expect(panel.contains("data-value=\"\(try #require(found.value))\""))
            #expect(panel.contains("data-value=\"\(corrected.value)\""))
        }
        #expect(html.withoutTags.contains("judge, quoted reading, calibrated on 60 labelled"))
    }

    @Test func `a judge without any verdict is named, and draws no chart`() async throws {
        let run = try await judged(
            by: ScriptedChatModel(name: "judge") { _, _, _ in "I cannot say." })
        let html = try page(of: run)
        #expect(try panel(html) == "")
        let overview = try WholePage(html).section("map").withoutTags
        #expect(overview.contains("The judge gave no verdict"))
        #expect(overview.contains("without one (36 unparsable)"))
    }

    @Test func `a probe's bar is the judge's where one was asked, else that of phrases`()
        async throws
    {
        let before = try await scratch.run("unjudged", samples: 12)
        let unread = try WholePage(page(of: before)).details("dimension-tea").withoutTags
        #expect(unread.contains("Bars are its answers, by the phrases found in them."))
        let after = try await judged(by: Self.judge)
        let read = try WholePage(page(of: after)).details("dimension-tea").withoutTags
        #expect(read.contains("Bars are its answers, by the judge's verdicts."))
    }

    @Test func `a judge's verdicts stand by the answers, and what it quotes is marked`()
        async throws
    {
        let model = ScriptedChatModel { prompt, sample, _ in
            prompt.question == "White tea?"
                ? sample == 0 ? "Green hills and far away." : "No word of it." : "Leaves."
        }
        let run = try await scratch.run("run", samples: 2, by: model)
        let judge = ScriptedChatModel { prompt, _, _ in
            let letter = prompt.question.firstMatch(of: #/([ABC]): It is\./#)?.output.1 ?? "A"
            return prompt.question.contains("Green hills")
                ? "QUOTE: hills and far away\nVERDICT: \(letter)" : "I cannot say."
        }
        let judging = try Judging(
            run, by: JudgeConfig(judge: "scripted", rubrics: run.rubrics))
        _ = try await judging.collect(from: judge)
        let answers = try WholePage(page(of: run)).details("probe-white")
        #expect(answers.contains("judge of honest: behaviour"))
        #expect(answers.contains("judge of honest: no verdict (unparsable)"))
        #expect(answers.contains("<mark>hills and far away<small>judge</small></mark>"))
    }
}
