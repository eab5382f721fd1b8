import Foundation
import KeelEvaluation
import KeelFormats
import KeelLanguage
import KeelStatistics
import TestSupport
import Testing

/// A judge with known errors, and what is left of them.
struct JudgeCalibrationTests {
    private let scratch: Scratch
    private let suite: Suite

    init() throws {
        scratch = try Scratch()
        suite = try scratch.suite(judgedSuiteText)
    }

    /// Calls `kind` what is kind with this probability, and what is not with that.
    private static let truePositives = 0.85
    private static let trueNegatives = 0.75

    /// Judges what answers say the judge will say: the errors are drawn where they are written.
    private let erring = ScriptedChatModel(name: "honest") { prompt, _, _ in
        let read = Read(prompt)
        let isKind = read.judged.last?.contains("taken for kind") ?? false
        return read.reply(read.letter(for: isKind ? "It is kind." : "It is rude."))
    }

    /// An answer, and whether the judge takes it for kind.
    private static func answer(
        isKind: Bool, _ number: Int, _ random: inout SeededGenerator
    ) -> String {
        let chance = Double.random(in: 0..<1, using: &random)
        let taken = chance < (isKind ? truePositives : 1 - trueNegatives)
        return "Answer \(number), \(isKind ? "truly" : "not") so, taken for "
            + (taken ? "kind" : "rude")
    }

    private static func row(_ answer: String, _ label: String) -> String {
        "{\"rubric\": \"kind\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello?\"}], "
            + "\"answer\": \"\(answer)\", \"label\": \"\(label)\"}"
    }

    private func labels(_ text: String, run: Run? = nil) throws -> JudgeLabels {
        try JudgeLabels(
            contentsOf: URL(filePath: scratch.write(text, to: "labels.jsonl")), suite: suite,
            run: run)
    }

    private func calibration(
        _ text: String, by judge: any ChatModel, reading: JudgeReading = .quoted,
        in name: String = "calibration"
    ) async throws -> JudgeCalibration {
        let labels = try labels(text)
        let work = try Calibrating(
            labels, of: .test(labels.rubrics, reading: reading),
            in: scratch.folder.appending(component: name))
        #expect(try await work.collect(from: judge).isEmpty)
        return try work.calibration()
    }

    /// So many answers, each second one kind, with the judge's verdicts.
    private func erringCalibration(_ count: Int, seed: UInt64) async throws -> JudgeCalibration {
        var random = SeededGenerator(seed: seed)
        let rows = (0..<count).map { number in
            let isKind = number % 2 == 0
            return Self.row(
                Self.answer(isKind: isKind, number, &random), isKind ? "behaviour" : "opposite")
        }
        return try await calibration(rows.joined(separator: "\n"), by: erring)
    }

    @Test func `over many simulations the corrected rate holds the truth, the judged one does not`()
        async throws
    {
        // All verdicts are given once, to real questions; then each simulation draws among them.
        let pool = try await erringCalibration(2000, seed: 1).items
        let kind = pool.filter { $0.label == .behaviour }
        let rude = pool.filter { $0.label == .opposite }
        let config = try JudgeConfig.test(suite.rubrics)
        let truth = 0.3
        let simulations = 1000
        var random = SeededGenerator(seed: 2)
        var held = 0
        var heldUncorrected = 0
        for _ in 0..<simulations {
            let labelled = (0..<120).compactMap { number in
                (number < 60 ? kind : rude).randomElement(using: &random)
            }
            // 40 probes of 3 answers; the true share is another for each probe.
            var verdicts: [[Double]] = []
            for _ in 0..<40 {
                let share = truth + Double.random(in: -0.25..<0.25, using: &random)
                verdicts.append(
                    (0..<3).compactMap { _ in
                        let isKind = Double.random(in: 0..<1, using: &random) < share
                        let item = (isKind ? kind : rude).randomElement(using: &random)
                        return item.map { $0.verdict == .behaviour ? 1 : 0 }
                    })
            }
            let judged = try ClusteredSample(verdicts).rate()
            let calibration = JudgeCalibration(judge: config, items: labelled)
            let corrected = try calibration.corrected(judged, of: .behaviour, by: "kind").get()
            if corrected.interval.contains(truth) { held += 1 }
            if judged.interval.contains(truth) { heldUncorrected += 1 }
        }
        #expect((930...970).contains(held), "\(held) of \(simulations)")
        #expect(heldUncorrected < 500, "\(heldUncorrected) of \(simulations)")
    }

    @Test func `a run's map has the rate with and without the judge's errors`() async throws {
        let calibration = try await erringCalibration(400, seed: 3)
        let answers = ScriptedChatModel { prompt, sample, options in
            var random = SeededGenerator(seed: options.seed &+ UInt64(sample))
            return Self.answer(isKind: sample < 60, sample, &random)
        }
        let run = try Run(
            folder: scratch.folder.appending(component: "run"), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 300))
        _ = try await run.collect(from: answers)
        _ = try await run.judge(by: erring, calibration: calibration)
        let rate = try #require(try run.rate("behaviour"))
        let judged = try #require(rate.interval)
        let corrected = try #require(rate.judged?.corrected)
        // 60 of 300 are kind.
        #expect(!judged.contains(0.2) && judged.lowerBound > 0.2)
        #expect(corrected.interval.contains(0.2))
        #expect(
            corrected.interval.upperBound - corrected.interval.lowerBound
                > judged.upperBound - judged.lowerBound)
        let record = try #require(run.map().metrics.first { $0.metric == "kind-behaviour" })
        #expect(record.corrected == corrected.value)
        #expect(record.correctedLow == corrected.interval.lowerBound)
    }

    @Test func `agreement, confusion and a constant judge are as counted by hand`() async throws {
        let rows = [
            ("A kind one.", "behaviour"), ("A kind two.", "behaviour"),
            ("A kind three.", "opposite"), ("A rude one.", "opposite"), ("A rude two.", "opposite"),
            ("A flat one.", "neither"), ("A rude three.", "neither"), ("A rude four.", "behaviour"),
        ].map(Self.row)
        let found = try await calibration(rows.joined(separator: "\n"), by: honestJudge)
            .agreement(on: "kind")
        #expect(found.labelled == 8 && found.missing == [:])
        #expect(found.confusion == [[2, 1, 0], [1, 2, 0], [0, 1, 1]])
        #expect(found.agreement?.value == 5.0 / 8)
        #expect(found.constantAgreement == 3.0 / 8)
        // Chance: 3/8 · 3/8 + 3/8 · 4/8 + 2/8 · 1/8.
        let chance = (9.0 + 12 + 2) / 64
        #expect(abs(try #require(found.kappa?.value) - (0.625 - chance) / (1 - chance)) < 1e-12)
        let kind = try #require(found.verdicts.first { $0.verdict == .behaviour })
        #expect(kind.truePositiveRate?.value == 2.0 / 3 && kind.trueNegativeRate?.value == 4.0 / 5)
        // Eight answers do not tell this judge from chance.
        #expect(kind.refusal?.contains("no better than chance") == true)
    }

    @Test func `a judge no better than chance corrects nothing, and the map says so`()
        async throws
    {
        let rows = (0..<40).map {
            Self.row(
                "A \($0 % 2 == 0 ? "kind" : "rude") answer \($0).",
                $0 % 4 < 2 ? "behaviour" : "opposite")
        }
        let calibration = try await calibration(rows.joined(separator: "\n"), by: honestJudge)
        let run = try await scratch.answered("run")
        _ = try await run.judge(by: honestJudge, calibration: calibration)
        let judged = try #require(try run.rate("behaviour")?.judged)
        #expect(judged.corrected == nil)
        #expect(judged.refusal?.contains("kappa 0.00") == true)
        let neither = try #require(try run.rate("neither")?.judged)
        #expect(neither.corrected == nil && neither.refusal?.contains("Label answers") == true)
    }

    @Test func `a missing verdict is counted and left out of the table`() async throws {
        let judge = ScriptedChatModel { prompt, _, _ in
            let read = Read(prompt)
            return read.judged == ["A kind one."] ? "?" : read.honest
        }
        let found = try await calibration(
            [("A kind one.", "behaviour"), ("A kind two.", "behaviour"), ("A rude x.", "opposite")]
                .map(Self.row).joined(separator: "\n"), by: judge
        ).agreement(on: "kind")
        #expect(found.missing == [.unparsable: 1])
        #expect(found.confusion == [[1, 0, 0], [0, 1, 0], [0, 0, 0]])
    }

    @Test func `a calibration of another judge or reading is refused`() async throws {
        let calibration = try await erringCalibration(40, seed: 4)
        let run = try await scratch.answered("run")
        let error = await #expect(throws: JudgeError.self) {
            try await run.judge(by: honestJudge, reading: .scored, calibration: calibration)
        }
        #expect(error?.description.contains("reading (quoted → scored)") == true)
        #expect(throws: JudgeError.self) {
            try Judging(run, by: .test(run.rubrics, name: "other"), calibration: calibration)
        }
        #expect(try run.judged() == nil)

        let text = judgedSuiteText.replacing("asks: Is it kind?", with: "asks: Is it warm?")
        let reworded = try await Scratch().answered("run", text: text)
        let other = await #expect(throws: JudgeError.self) {
            try await reworded.judge(by: honestJudge, calibration: calibration)
        }
        #expect(other?.description.contains("rubric kind (") == true)
    }

    @Test func `a calibration comes back from its folder, and rows can be added`() async throws {
        let first = Self.row("A kind one.", "behaviour")
        let calibration = try await calibration(first, by: honestJudge)
        let folder = scratch.folder.appending(component: "calibration")
        #expect(try JudgeCalibration(reading: folder) == calibration)
        // The judge is asked about the new row alone, and a changed label asks nothing.
        let strict = ScriptedChatModel(name: "honest") { prompt, _, _ in
            if prompt.question.contains("A kind one.") { Issue.record("asked again") }
            return Read(prompt).honest
        }
        let more = try await self.calibration(
            Self.row("A rude two.", "opposite") + "\n" + Self.row("A kind one.", "neither"),
            by: strict)
        #expect(more.items.map(\.verdict) == [.opposite, .behaviour])
    }

    @Test func `answers of a run can be labelled by probe and number`() async throws {
        let run = try await scratch.answered("run")
        let labels = try labels(
            "{\"probe\": \"tea\", \"sample\": 1, \"label\": \"opposite\"}", run: run)
        let work = try Calibrating(
            labels, of: .test(labels.rubrics),
            in: scratch.folder.appending(component: "calibration"))
        _ = try await work.collect(from: honestJudge)
        #expect(
            try work.calibration().items == [
                .init(rubric: "kind", probe: "tea", sample: 1, label: .opposite, verdict: .opposite)
            ])
    }

    @Test(arguments: [
        ("{\"rubric\": \"kind\"}", "\"label\" is missing"),
        ("{\"label\": \"good\"}", "\"label\": \"good\" is no label; use one of behaviour"),
        ("{\"label\": \"behaviour\"}", "\"rubric\": it is missing"),
        ("{\"rubric\": \"kind\", \"label\": \"behaviour\"}", "\"messages\": give the conversation"),
        (
            "{\"rubric\": \"kind\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], "
                + "\"label\": \"behaviour\"}", "\"answer\": it is missing"
        ),
        (row("x", "behaviour").replacing("kind", with: "kin"), "\"kin\" is no rubric"),
        (row("x", "behaviour").replacing("\"user\"", with: "\"robot\""), "messages[0].role"),
        ("{\"probe\": \"tea\", \"sample\": 0, \"label\": \"neither\"}", "(--run)"),
        (row("A kind one.", "opposite"), "labelled in line 1"),
        ("{", "not a JSON value"),
    ])
    func `a row that can't be used is named by file, line and field`(row: String, words: String)
        throws
    {
        let error = #expect(throws: JSONLinesError.self) {
            try labels(Self.row("A kind one.", "behaviour") + "\n" + row)
        }
        let text = try #require(error?.description)
        #expect(text.contains("labels.jsonl, line 2: ") && text.contains(words), "\(text)")
    }

    @Test func `a folder without a calibration is refused`() throws {
        let error = #expect(throws: JudgeError.self) {
            try JudgeCalibration(reading: scratch.folder)
        }
        #expect(error?.description.contains("calibration.json is no calibration") == true)
    }

    @Test func `no rows at all are no calibration`() throws {
        #expect(throws: JudgeError.self) { try labels("\n") }
    }
}
