import KeelEvaluation
import KeelLanguage
import KeelReport

/// What repeats a run's judgement and cites it.
struct JudgeCitation {
    var judged: JudgedAnswers

    var blocks: [Block] {
        let facts = judged.judge.facts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let rubrics = judged.judge.rubrics.sorted { $0.key < $1.key }
            .map { "rubric \($0.key): \($0.value)" }
        return [
            .paragraph("The answers were judged by this command and this judge."),
            .code(command), .list((facts + rubrics).map { Prose($0) }),
        ]
    }

    /// The command that has a run judged in the same way, options as they are by default left out.
    private var command: String {
        let judge = judged.judge
        var words = ["keel", "judge", "RUN", "--judge", RunCitation.quoted(judge.judge)]
        if judge.reading != .quoted { words += ["--reading", judge.reading.rawValue] }
        if let votes = judge.votes, votes != 2 {
            words += ["--votes", "\(votes)", "--seed", "\(judge.sampling.seed)"]
        }
        if let device = judge.facts["device"], device != "cpu" { words += ["--device", device] }
        if judged.calibration != nil { words += ["--calibration", "CALIBRATION"] }
        return words.joined(separator: " ")
    }
}
