import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelLanguage
import KeelTraining

/// What must stay out of training data.
struct EvaluationOptions: ParsableArguments {
    @Option(
        help: """
            A suite file that rows must not come from, beside those that ship with keel; may be given \
            several times.
            """, completion: .file(extensions: ["yaml", "yml"]))
    var suite: [String] = []

    /// The suites that ship with Keel, and those that are named.
    private func suites() throws -> [Suite] {
        try Suite.shippedNames.map { try Suite.shipped($0) }
            + suite.map { try Suite(contentsOf: URL(filePath: $0)) }
    }

    /// Strings that mark the files of all suites.
    func canaries() throws -> [String] { try suites().map(\.canary).filter { !$0.isEmpty } }

    /// All that persons say in the suites.
    func questions() throws -> [String] {
        try suites().flatMap(\.dimensions).flatMap(\.probes).flatMap { probe in
            probe.messages.filter { $0.role == .user }.map(\.content)
                + probe.talk.compactMap(\.says)
        }
    }

    /// Whether a message stands in a suite, or nearly, so that it must not be trained on.
    func isEvaluation() throws -> @Sendable (String) -> Bool {
        let text = try evaluationText()
        let questions = EvaluationQuestions(try self.questions())
        return { message in
            text.objection(to: .supervised(.messages([.user(message)]))) != nil
                || questions.nearlyAsk(message)
        }
    }

    /// Canaries and questions of all suites.
    func evaluationText() throws -> EvaluationText {
        var text = EvaluationText()
        for suite in try suites() {
            let probes = suite.dimensions.flatMap(\.probes)
            text.add(
                suite.name, canary: suite.canary,
                questions: probes.compactMap { probe in
                    probe.messages.last.map { (probe.id, $0.content) }
                })
        }
        return text
    }
}
