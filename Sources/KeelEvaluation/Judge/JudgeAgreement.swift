import Foundation
import KeelStatistics

/// How far a judge and the labels agree on one rubric.
///
/// Answers without a verdict are counted as missing and left out of all else.
public struct JudgeAgreement: Hashable, Sendable, Codable {
    /// One verdict against both others.
    public struct OneVerdict: Hashable, Sendable, Codable {
        /// The verdict that is told from the others.
        public var verdict: Verdict
        /// The share of the answers with this label that have this verdict.
        public var truePositiveRate: IntervalEstimate?
        /// The share of the answers with another label that have another verdict.
        public var trueNegativeRate: IntervalEstimate?
        /// Cohen's κ of this verdict, -1 to 1; nil where it is not defined.
        public var kappa: IntervalEstimate?
        /// Why rates of this verdict can't be corrected; nil where they can.
        public var refusal: String?
    }

    /// Id of the rubric.
    public var rubric: String
    /// Labelled answers, those without a verdict included.
    public var labelled: Int
    /// Answers without a verdict, by reason.
    public var missing: [MissingVerdict: Int]
    /// A row for each label and a column for each verdict: behaviour, opposite, neither.
    public var confusion: [[Int]]
    /// The share of equal labels and verdicts.
    public var agreement: IntervalEstimate?
    /// Cohen's.
    public var kappa: IntervalEstimate?
    /// Gwet's.
    public var ac1: IntervalEstimate?
    /// The agreement of a judge that always gives the commonest label.
    public var constantAgreement: Double?
    /// One for each verdict that a rubric knows.
    public var verdicts: [OneVerdict]

    /// Why a rate can't be corrected.
    package struct Refusal: Error, Hashable {
        package var words: String
    }

    init(_ rubric: String, _ items: [JudgeCalibration.Item]) {
        self.rubric = rubric
        labelled = items.count
        missing = Dictionary(
            items.compactMap { item in item.missing.map { ($0, 1) } }, uniquingKeysWith: +)
        let judged = items.filter { $0.verdict != nil }
        let all = Verdict.allCases
        confusion = all.map { label in
            all.map { verdict in
                judged.count { $0.label == label && $0.verdict == verdict }
            }
        }
        let table = try? ConfusionMatrix(
            labels: all, first: judged.map(\.label), second: judged.compactMap(\.verdict))
        agreement = (try? table?.agreement()).map(IntervalEstimate.init)
        kappa = (try? table?.cohensKappa()).map(IntervalEstimate.init)
        ac1 = (try? table?.ac1()).map(IntervalEstimate.init)
        let commonest = confusion.map { $0.reduce(0, +) }.max() ?? 0
        constantAgreement = judged.isEmpty ? nil : Double(commonest) / Double(judged.count)
        verdicts = all.map { Self.one($0, judged) }
    }

    private static func one(_ verdict: Verdict, _ judged: [JudgeCalibration.Item]) -> OneVerdict {
        var one = OneVerdict(verdict: verdict)
        do {
            let table = try table(of: verdict, judged)
            one.truePositiveRate = (try? table.truePositiveRate()).map(IntervalEstimate.init)
            one.trueNegativeRate = (try? table.trueNegativeRate()).map(IntervalEstimate.init)
            one.kappa = (try? table.cohensKappa()).map(IntervalEstimate.init)
            try requireInformative(table, verdict)
        } catch let refusal as Refusal {
            one.refusal = refusal.words
        } catch {
            one.refusal = "\(error)"
        }
        return one
    }

    /// Label against judge: this verdict or another.
    static func table(
        of verdict: Verdict, _ judged: [JudgeCalibration.Item]
    ) throws -> ConfusionMatrix<Bool> {
        guard judged.contains(where: { $0.label == verdict }),
            judged.contains(where: { $0.label != verdict })
        else {
            throw Refusal(
                words: "Not corrected: among the labelled answers that the judge decided, none or "
                    + "all are labelled \(verdict.rawValue), so one of its error rates is unknown. "
                    + "Label answers of both kinds.")
        }
        return try ConfusionMatrix(
            labels: [true, false], first: judged.map { $0.label == verdict },
            second: judged.map { $0.verdict == verdict })
    }

    /// Refuses a judge that knows no more of the label than chance does.
    ///
    /// Kappa is zero exactly where the rates of right verdicts add up to 1, so an interval of kappa
    /// that includes 0 leaves open that the correction divides by nothing.
    static func requireInformative(
        _ table: ConfusionMatrix<Bool>, _ verdict: Verdict
    ) throws {
        let kappa = try table.cohensKappa()
        guard kappa.interval.lowerBound > 0 else {
            let numbers = [kappa.value, kappa.interval.lowerBound, kappa.interval.upperBound]
                .map { String(format: "%.2f", $0) }
            throw Refusal(
                words: "Not corrected: on \(verdict.rawValue) the judge agrees with the labels no "
                    + "better than chance may (kappa \(numbers[0]), 95 % interval \(numbers[1]) to "
                    + "\(numbers[2]), \(table.items) answers). Use a better judge or rubric, or "
                    + "label more answers.")
        }
    }
}
