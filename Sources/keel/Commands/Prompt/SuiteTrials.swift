import Foundation
import KeelCharacter
import KeelEvaluation
import KeelLanguage

/// Tries system prompts on a suite: the halves of what is to improve, and what must not get worse.
struct SuiteTrials: PromptTrials {
    let runs: PromptRuns
    /// Of which the author of patches sees failing answers.
    let work: Suite
    let held: Suite
    /// What must not get worse; nil for nothing.
    let kept: Suite?
    /// What must not be exceeded for the worse; nil to refuse only what is found to be worse.
    let margin: Double?

    var caseTexts: [String] {
        ([work, held] + (kept.map { [$0] } ?? [])).flatMap(\.dimensions).flatMap(\.probes)
            .flatMap { $0.messages.map(\.content) + $0.talk.compactMap(\.says) + $0.good + $0.bad }
    }

    func seen(_ prompt: String) async throws -> [CaseOutcome] {
        try await outcomes(prompt, "seen", work)
    }

    func heldOut(_ prompt: String) async throws -> [CaseOutcome] {
        try await outcomes(prompt, "held-out", held)
    }

    func regressions(from before: String, to after: String) async throws -> [String] {
        guard let kept else { return [] }
        let old = try await run(before, "kept", kept)
        let new = try await run(after, "kept", kept)
        return try Comparison(of: old, with: new, margin: margin).changes.filter { change in
            switch change.verdict {
            case .worse: true
            case .notEnoughData: margin != nil
            case .identical, .better, .higher, .lower, .noWorse, .noDifference: false
            }
        }.map(\.sentence)
    }

    private func outcomes(
        _ prompt: String, _ part: String, _ suite: Suite
    ) async throws -> [CaseOutcome] {
        let passes = try ProbePasses(of: try await run(prompt, part, suite))
        return suite.dimensions.flatMap { dimension in
            dimension.probes.map { probe in
                CaseOutcome(
                    id: probe.id, cluster: probe.cluster,
                    question: probe.messages.map { "\($0.role.rawValue): \($0.content)" }
                        .joined(separator: "\n"),
                    wanted: "\(dimension.behaviour) Not this: \(dimension.opposite)",
                    answers: passes.of(probe).map { .init(text: $0.text, passes: $0.passes) })
            }
        }
    }

    /// The run of a part under a prompt; each prompt has a folder named by what it says.
    private func run(_ prompt: String, _ part: String, _ suite: Suite) async throws -> Run {
        let name = "\(SystemPrompt(prompt).fingerprint)-\(part)"
        return try await runs.run("runs/\(name)", system: prompt, suite: suite).run
    }
}
