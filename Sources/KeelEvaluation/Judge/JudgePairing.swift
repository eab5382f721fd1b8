/// The verdicts of two runs, which are compared only where one judge gave both.
///
/// A judge that errs in one run as in the other makes a change smaller, but none where there is
/// none; two judges would make changes of their own.
struct JudgePairing {
    private(set) var baseline: JudgedAnswers?
    private(set) var candidate: JudgedAnswers?
    /// Why judged rates are not compared; nil where they are, or where there are none.
    private(set) var withheld: String?

    init(_ baseline: JudgedAnswers?, _ candidate: JudgedAnswers?) {
        switch (baseline, candidate) {
        case (let one?, let other?):
            let differences = one.judge.differences(to: other.judge, seedMatters: false)
            if differences.isEmpty {
                self.baseline = one
                self.candidate = other
            } else {
                withheld =
                    "Judged rates are not compared, since the runs have different judges: "
                    + differences.map(\.description).joined(separator: ", ") + "."
            }
        case (nil, nil): break
        default:
            withheld =
                "Judged rates are not compared, since only one of the runs was judged. Have the "
                + "other judged in the same way (keel judge)."
        }
    }

    func compares(_ measure: Measure) -> Bool { !measure.needsJudge || baseline != nil }
}
