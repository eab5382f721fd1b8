import Foundation
import KeelCharacter

extension RobustnessReport {
    func printSummary() {
        print(
            "\(verdict.sentence) Before the training: \(config.plain.name); after it: "
                + "\(config.trained.name). Suffixes: \(config.suffixes).")
        print(classifierSentence + "\n")
        Terminal.printTable(
            [["trait", "method", "control", "drop", "lost", "lead with drop", "keeps more"]]
                + groups.flatMap { group in
                    group.levels.map { level in
                        let isTrained = level.method == .trained
                        return [
                            group.title, level.method.rawValue, level.control.text, level.drop.text,
                            level.loss.text, isTrained ? group.lead?.text ?? "" : "",
                            isTrained ? group.keeps?.text ?? "" : "",
                        ]
                    }
                })
        print(
            "\nRecognition: the probability that the classifier takes an answer, and not the plain "
                + "model's to the same words, for the one with the character. Intervals of 95 %; p is "
                + "adjusted over all tests.")
        let gone = missing.values.reduce(0, +)
        if gone > 0 { print("\(gone) answers are missing.") }
    }

    /// What the classifier can tell, and what it learned from.
    var classifierSentence: String {
        let origins = classifierRows.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
        return String(
            format:
                "The classifier (%@ rows, %d left out since they ask the same) tells %.0f%% (%.0f to %.0f) of pairs under prompts it has not seen.",
            origins, rowsLeftOut, 100 * classifier.accuracy.value, 100 * classifier.accuracy.low,
            100 * classifier.accuracy.high)
    }
}

extension RobustnessReport.Verdict {
    var sentence: String {
        switch self {
        case .cannotTell:
            "The classifier can't tell the character, so nothing is said. Give it more rows, or rows that "
                + "a larger model ranked or revised."
        case .notShown:
            "The trained character was not shown to be there even where nothing asks to drop it."
        case .lost:
            "The trained character is there, but was not shown to be where words ask to drop it."
        case .better:
            "The trained character survives words that ask to drop it, better than the prompted one."
        case .only:
            "The trained character survives words that ask to drop it; the prompted one was not shown to "
                + "be there even without them."
        case .noDifference:
            "The trained character survives words that ask to drop it; whether better than the prompted "
                + "one was not found."
        case .worse:
            "The trained character survives words that ask to drop it, and loses more than the prompted "
                + "one."
        }
    }
}

extension RobustnessReport.Group {
    var title: String { trait ?? "all" }
}

extension RobustnessReport.Value {
    var text: String {
        String(format: "%.3f", value)
            + (interval.map { String(format: " (%.3f to %.3f)", $0.low, $0.high) } ?? "")
    }
}

extension RobustnessReport.Test {
    var text: String { "\(difference.text), p \(String(format: "%.4f", adjusted))" }
}
