import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage

/// What a map asks, how often, and who plays the person.
struct SuiteOptions: ParsableArguments {
    @Option(help: "A suite that ships with Keel, or a YAML file.", completion: .suite)
    var suite = "character"

    @Flag(help: "Ask only a small fixed part of the suite.")
    var quick = false

    @Option(help: "Answers to each probe.")
    var samples = 5

    @Option(
        help: "The model that plays the person where talks leave the words open.",
        completion: .model)
    var user: String?

    @Option(
        help: "A folder that keeps answers and scores for later runs of the same questions.",
        completion: .directory)
    var cache: String?

    /// The folder of answers, if there is one.
    func store() throws -> SampleCache? {
        try cache.map { try SampleCache(folder: URL(filePath: $0)) }
    }
}

extension ModelSource {
    /// The model that plays the person, where a suite needs one.
    /// - Throws: `ValidationError` where it does and none was named.
    static func person(
        _ user: String?, for suite: Suite, _ calls: CallOptions, on machine: Machine
    ) async throws -> ModelSource? {
        guard suite.needsUser else { return nil }
        guard let user else {
            throw ValidationError(
                "The suite's talks need a simulated user. Name the model that plays it by --user.")
        }
        return try await ModelSource(user, on: machine, limits: try calls.limits())
    }

    /// Makes the model ready, and asks it only for what the cache lacks, if there is one.
    func load(budget: TokenBudget?, cache: SampleCache?) async throws -> any ChatModel {
        let model = try await load(budget: budget)
        guard let cache else { return model }
        return CachedChatModel(model, facts: facts, cache: cache)
    }
}
