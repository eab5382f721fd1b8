import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage
import KeelTraining

/// What must stay out of training data.
struct EvaluationOptions: ParsableArguments {
    @Option(
        help: """
            A suite file that rows must not come from, beside those that ship with keel; may be given \
            several times.
            """)
    var suite: [String] = []

    /// Canaries and questions of all suites.
    func evaluationText() throws -> EvaluationText {
        var text = EvaluationText()
        let suites =
            try Suite.shippedNames.map { try Suite.shipped($0) }
            + suite.map { try Suite(contentsOf: URL(filePath: $0)) }
        for suite in suites {
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
