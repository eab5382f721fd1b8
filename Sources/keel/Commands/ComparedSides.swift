import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage

/// One of the two that are compared: a run that is there, or one to be made of a model.
private struct Side: Sendable {
    let name: String
    let run: Run
    /// Nil for a run that is there.
    let mapping: Mapping?
}

/// An argument that is no run, where nothing says where its map would go.
private struct NoRun: Error, CustomStringConvertible {
    let name: String

    var description: String {
        "\"\(name)\" is no run: a run is a folder with config.json, suite.json and samples.jsonl. "
            + "If it is a model, name a folder for its map by --out."
    }
}

extension CompareCommand {
    /// The two runs, each mapped first where a model is named.
    /// - Returns: The runs, and whether all that was asked of models now is there.
    func runs() async throws -> (baseline: Run, candidate: Run, isWhole: Bool) {
        let budget = try calls.budget()
        defer { budget?.report() }
        let machine = try place.machine().sharedByWorkers()
        let person = try await self.person(on: machine)
        let before = try await side(baseline, "a", seed: seed, person, on: machine)
        let after = try await side(candidate, "b", seed: seed &+ 1, person, on: machine)
        let cache = try asked.store()
        let isWhole = try await untilInterrupted(
            "Stopped. The same command goes on where it stood."
        ) {
            [calls] in
            let user = try await person?.load(budget: budget, cache: cache)
            var isWhole = true
            var last: (name: String, chat: any ChatModel)?
            for side in [before, after] {
                guard let mapping = side.mapping else { continue }
                let chat: any ChatModel
                if let last, last.name == side.name {
                    chat = last.chat
                } else {
                    // Two models need not be held at once.
                    last = nil
                    chat = try await mapping.model.load(budget: budget, cache: cache)
                }
                last = (side.name, chat)
                let outcome = try await mapping.collect(
                    side.run, from: chat, user: user, calls,
                    label: side.run.folder.lastPathComponent)
                if let failure = outcome.failures.first {
                    isWhole = false
                    Terminal.note(
                        "\(outcome.failures.count) readings of \(side.name) are missing, the first "
                            + "because: \(failure.reason)")
                }
            }
            return isWhole
        }
        return (before.run, after.run, isWhole)
    }

    /// Who plays the person, where a model is to be mapped on a suite that needs one.
    private func person(on machine: Machine) async throws -> ModelSource? {
        guard !Self.isRun(baseline) || !Self.isRun(candidate), out != nil else { return nil }
        let suite = try EvalCommand.suite(named: asked.suite)
        return try await ModelSource.person(asked.user, for: suite, calls, on: machine)
    }

    /// Opens the run of this name, or begins that of the model of this name.
    private func side(
        _ name: String, _ place: String, seed: UInt64, _ person: ModelSource?, on machine: Machine
    ) async throws -> Side {
        if Self.isRun(name) {
            return Side(name: name, run: try Run(reading: URL(filePath: name)), mapping: nil)
        }
        guard let out else { throw NoRun(name: name) }
        let mapping = Mapping(
            suite: try EvalCommand.suite(named: asked.suite),
            model: try await ModelSource(name, on: machine, limits: try calls.limits()),
            user: person, quick: asked.quick, system: sampling.system, samples: asked.samples,
            sampling: try sampling.options(seed: seed, maxTokens: 128))
        let run = try mapping.run(in: URL(filePath: out).appending(path: place))
        return Side(name: name, run: run, mapping: mapping)
    }

    /// Whether a folder holds what makes it a run; a model's folder has a `config.json`, too.
    private static func isRun(_ name: String) -> Bool {
        ["config.json", "suite.json"].allSatisfy {
            FileManager.default.fileExists(atPath: "\(name)/\($0)")
        }
    }
}
