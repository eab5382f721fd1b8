/// Why a judge can't be asked, or its verdicts not be used.
public enum JudgeError: Error, Hashable, Sendable, CustomStringConvertible {
    case badVotes(Int)
    case votesWithoutUse
    /// The folder holds the verdicts of another judge.
    case otherJudge(path: String, differences: [RunConfig.Difference])
    case noRubric(String, known: [String])
    case nothingToJudge(suite: String)
    case nothingInCommon
    case noLabels(path: String)
    case noCalibration(path: String, reason: String)
    /// The calibration is one of another judge, rubric or reading.
    case otherCalibration(differences: [RunConfig.Difference])
    case uncalibrated(rubrics: [String])

    public var description: String {
        switch self {
        case .badVotes(let votes):
            "The number of votes is \(votes). Ask for an even number, since each order of the "
                + "choices is asked as often as its counterpart."
        case .votesWithoutUse:
            "The scored reading asks each order of the choices once, since the same question has "
                + "the same probabilities. Leave the number of votes out."
        case .otherJudge(let path, let differences):
            "\(path) holds the verdicts of another judge, which differs in \(Self.text(differences)). "
                + "Ask for the same to resume, or have a copy of the folder judged, without its "
                + "judge.json and judgements.jsonl."
        case .noRubric(let id, let known):
            known.isEmpty
                ? "\"\(id)\" is no rubric: the suite has none. Add it to the suite's \"rubrics\"."
                : "\"\(id)\" is no rubric of the suite. Use one of \(known.joined(separator: ", "))."
        case .nothingToJudge(let suite):
            "No dimension of the suite \(suite) has a measure of kind \"judge\". Add one, with a "
                + "rubric, and map the model again."
        case .nothingInCommon:
            "The runs have no answer to the same probe and of the same number in a dimension that "
                + "is judged by this rubric."
        case .noLabels(let path):
            "\(path) holds no labelled answer. Give a row for each: {\"rubric\", \"messages\", "
                + "\"answer\", \"label\"}."
        case .noCalibration(let path, let reason):
            "\(path) is no calibration (\(reason)). Name a folder that keel judge calibrate has made."
        case .otherCalibration(let differences):
            "The calibration is of another judge: it differs in \(Self.text(differences)). "
                + "Calibrate the judge that is asked, in the same way."
        case .uncalibrated(let rubrics):
            "The calibration has no labelled answer for any rubric of the run: "
                + rubrics.joined(separator: ", ") + ". Label some and calibrate again."
        }
    }

    private static func text(_ differences: [RunConfig.Difference]) -> String {
        differences.map(\.description).joined(separator: ", ")
    }
}
