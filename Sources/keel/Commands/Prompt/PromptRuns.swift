import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage

/// What is measured under several system messages, and by which model.
struct PromptRunOptions: ParsableArguments {
    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions

    @Option(help: "A suite that ships with Keel, or a YAML file.", completion: .suite)
    var suite = "character"

    @Option(help: "Ask only this dimension of the suite; may be given several times.")
    var dimension: [String] = []

    @Flag(help: "Ask only a small fixed part of the suite.")
    var quick = false

    @Option(help: "Answers to each probe.")
    var samples = 5

    @Option(help: "Divides the logits; 0 is greedy.")
    var temperature = 1.0

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 128

    /// The suite, of which only the named dimensions are kept.
    /// - Throws: `ValidationError` for a dimension that the suite lacks, and for talks that need a
    ///   second model.
    func cases() throws -> Suite {
        var suite = try EvalCommand.suite(named: suite)
        for id in dimension where suite.dimension(id) == nil {
            let known = suite.dimensions.map(\.id).joined(separator: ", ")
            throw ValidationError("\(suite.name) has no dimension \"\(id)\". There are \(known).")
        }
        if !dimension.isEmpty { suite.dimensions.removeAll { !dimension.contains($0.id) } }
        guard !suite.needsUser else {
            throw ValidationError(
                "The suite's talks need a simulated user. Name the dimensions without such talks by "
                    + "--dimension.")
        }
        return suite
    }

    /// Finds the model.
    func source() async throws -> ModelSource {
        try await model.source(calls, on: try model.machine().sharedByWorkers())
    }
}

/// Runs of one suite that differ only in their system messages, each in a folder of its own.
struct PromptRuns: Sendable {
    let folder: URL
    let chat: any ChatModel
    private let mapping: Mapping
    private let calls: CallOptions

    /// - Throws: What finding and loading the model throws.
    init(
        _ options: PromptRunOptions, _ suite: Suite, source: ModelSource, chat: any ChatModel,
        in folder: URL
    ) throws {
        self.folder = folder
        self.chat = chat
        let sampling = SamplingOptions(
            temperature: options.temperature, maxTokens: options.maxTokens,
            seed: options.model.seed)
        try sampling.validate()
        mapping = Mapping(
            suite: suite, model: source, quick: options.quick, samples: options.samples,
            sampling: sampling)
        calls = options.calls
    }

    /// The run under a system message, with all that was missing asked for.
    /// - Parameters:
    ///   - name: Of the run's folder.
    ///   - system: An empty one is none.
    ///   - suite: What is asked, where it is not the whole suite.
    /// - Returns: The run with its map, and what is missing.
    /// - Throws: What beginning and collecting a run throw.
    func run(_ name: String, system: String, suite: Suite? = nil) async throws -> MapOutcome {
        var mapping = mapping
        mapping.system = system.isEmpty ? nil : system
        if let suite { mapping.suite = suite }
        let run = try mapping.run(in: folder.appending(path: name))
        return try await mapping.collect(run, from: chat, calls, label: name)
    }
}
