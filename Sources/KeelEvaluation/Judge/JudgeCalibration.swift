public import Foundation
package import KeelStatistics

/// How a judge's verdicts stand beside labels that people gave to the same answers.
///
/// It is `calibration.json`: the judge, and each labelled answer with the judge's verdict. All
/// figures follow from it.
public struct JudgeCalibration: Hashable, Sendable, Codable {
    /// A labelled answer.
    public struct Item: Hashable, Sendable, Codable {
        /// Id of the rubric.
        public var rubric: String
        /// Id of the probe that was answered; answers of one are not independent.
        public var probe: String
        /// Number of the answer to its probe.
        public var sample: Int
        /// What a person said.
        public var label: Verdict
        /// The judge's; nil where it is missing.
        public var verdict: Verdict?
        /// Why it is missing; nil where it is not.
        public var missing: MissingVerdict?

        public init(
            rubric: String, probe: String, sample: Int, label: Verdict, verdict: Verdict?,
            missing: MissingVerdict? = nil
        ) {
            self.rubric = rubric
            self.probe = probe
            self.sample = sample
            self.label = label
            self.verdict = verdict
            self.missing = missing
        }
    }

    /// Who was calibrated, and how it was asked.
    public var judge: JudgeConfig
    /// Every labelled answer, the missing ones too.
    public var items: [Item]

    public init(judge: JudgeConfig, items: [Item]) {
        self.judge = judge
        self.items = items
    }

    static let fileName = "calibration.json"

    /// Reads the calibration that `keel judge calibrate` left in a folder.
    /// - Throws: `JudgeError.noCalibration`.
    public init(reading folder: URL) throws(JudgeError) {
        try self.init(contentsOf: folder.appending(component: Self.fileName))
    }

    init(contentsOf file: URL) throws(JudgeError) {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw .noCalibration(path: file.path, reason: error.localizedDescription)
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw .noCalibration(path: file.path, reason: "\(error)")
        }
    }

    /// Checks that the verdicts of a judge are of the kind that was calibrated.
    ///
    /// The draw of the replies (the seed) may be another; all else, and each rubric, must be equal.
    /// - Throws: `JudgeError.otherCalibration`, `.uncalibrated`.
    func check(fits other: JudgeConfig) throws(JudgeError) {
        let differences = judge.differences(to: other, seedMatters: false)
        guard differences.isEmpty else { throw .otherCalibration(differences: differences) }
        let calibrated = Set(items.map(\.rubric))
        let open = other.rubrics.keys.filter { !calibrated.contains($0) }.sorted()
        guard open.count < other.rubrics.count else { throw .uncalibrated(rubrics: open) }
    }

    /// The rubrics with labelled answers, in the order of the items.
    public var rubrics: [String] {
        items.map(\.rubric).reduce(into: []) { rubrics, rubric in
            if !rubrics.contains(rubric) { rubrics.append(rubric) }
        }
    }

    /// How far judge and labels agree on a rubric.
    public func agreement(on rubric: String) -> JudgeAgreement {
        JudgeAgreement(rubric, items.filter { $0.rubric == rubric })
    }

    /// A judged rate as it would be without the judge's errors, or why that can't be said.
    ///
    /// - Parameters:
    ///   - rate: The share of the answers that have this verdict.
    ///   - verdict: Against both others.
    ///   - rubric: By which it was judged.
    /// - Returns: Rogan and Gladen's estimate, whose interval holds the uncertainty of rate and
    ///   calibration; or a refusal in words.
    package func corrected(
        _ rate: Estimate, of verdict: Verdict, by rubric: String
    ) -> Result<IntervalEstimate, JudgeAgreement.Refusal> {
        let judged = items.filter { $0.rubric == rubric && $0.verdict != nil }
        do {
            let table = try JudgeAgreement.table(of: verdict, judged)
            try JudgeAgreement.requireInformative(table, verdict)
            return .success(
                IntervalEstimate(
                    try rate.correctedForJudge(
                        truePositiveRate: table.truePositiveRate(),
                        trueNegativeRate: table.trueNegativeRate())))
        } catch let refusal as JudgeAgreement.Refusal {
            return .failure(refusal)
        } catch {
            return .failure(.init(words: "\(error)"))
        }
    }
}
