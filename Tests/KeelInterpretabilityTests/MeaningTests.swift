import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTokenizer
import TestSupport
import Testing

/// What is said of a latent.
@Suite struct MeaningTests {
    @Test func `the lens ranks tokens as the output layer does`() throws {
        let language = try Golden.tiny()
        let width = language.model.configuration.hiddenSize
        let direction = try Tensor.normal([width], generator: RandomGenerator(seed: 5))
        let lens = try LogitLens(direction.array(), of: language, count: 4)
        let x = try language.model.normed(direction.unsqueezed(0))
        let logits: [Float] = try language.model.logits(x).squeezed(0).array()
        let order = logits.indices.prefix(language.tokenizer.vocabularySize)
            .sorted { logits[$0] > logits[$1] }
        #expect(lens.promoted.map(\.token) == Array(order.prefix(4)))
        #expect(lens.suppressed.map(\.token) == order.suffix(4).reversed())
    }

    @Test func `examples show where a latent is active, from its strongest token down`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        var options = HarvestOptions(points: ["blocks.0.hook_resid_post"])
        options.window = 24
        try Harvest(
            language, data: [scratch.corpus(30)], options: options, folder: scratch.path + "/a"
        ).run()
        let store = try ActivationStore(folder: scratch.path + "/a")
        let decoder = try Tensor.normal([6, store.width], generator: RandomGenerator(seed: 8))
        let sae = SparseAutoencoder(
            activation: StandardActivation(), encoder: decoder,
            encoderBias: try .full(-0.5, shape: [6]), decoder: decoder,
            decoderBias: try .zeros([store.width]))
        let survey = try LatentSurvey(
            of: [4, 1], in: sae, on: store, rows: 0..<store.count, strongest: 3)
        #expect(survey.latents.map(\.latent) == [4, 1])
        let f = try sae.encode(store.rows(0..<store.count))
        for latent in survey.latents {
            let all = try f.selected(1, latent.latent).floats()
            let active = all.filter { $0 > 0 }
            #expect(abs(latent.density - Double(active.count) / Double(all.count)) < 1e-9)
            #expect(abs(latent.highest - Double(all.max() ?? 0)) < 1e-4)
            let peaks = latent.examples.map { $0.activations[$0.peak] }
            #expect(abs((peaks.first ?? 0) - latent.highest) < 1e-4)
            #expect(Set(latent.examples.prefix(3).map(\.passage)).count == 3)
            // One from each tenth, strongest tenth first.
            let levels = latent.examples.dropFirst(3).compactMap(\.level)
            #expect(levels.count == 10)
            #expect(levels == levels.sorted(by: >))
            for example in latent.silent {
                #expect(example.activations.allSatisfy { $0 == 0 })
            }
        }
        #expect(throws: InterpretabilityError.self) {
            try LatentSurvey(of: [6], in: sae, on: store, rows: 0..<5)
        }
        let activity = try LatentActivity(of: sae, on: store, rows: 0..<store.count)
        expectClose(activity.means.map { Float($0) }, try f.mean(0).floats(), within: 1e-4)
        let strongest = activity.strongest(3)
        #expect(strongest.count == 3)
        #expect(activity.means[strongest[0]] == activity.means.max())
    }

    @Test func `a description is scored on passages that the describer has not seen`() async throws
    {
        let words = ["tea", "cup", "kettle", "leaf", "pot", "mug"]
        let active = words.map {
            LatentDescriber.Passage(text: "a \($0) of tea", marked: [$0])
        }
        let silent = ["iron", "stone", "glass"].map {
            LatentDescriber.Passage(text: "a piece of \($0)", marked: [])
        }
        let model = TeaModel()
        let found = try await LatentDescriber(model).describe(active: active, silent: silent)
        #expect(found.text == "tea things")
        #expect(found.passages == 6)
        #expect(found.detection?.auroc == 1)
        // Every second passage was shown.
        #expect(["tea", "kettle", "pot"].allSatisfy { found.text != $0 })
    }
}

/// Describes everything as tea, and knows tea when it reads of it.
private struct TeaModel: ChatModel {
    var name: String { "tea" }

    func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions) -> [Completion] {
        samples.map { _ in Completion(text: "tea things", tokens: [], finish: .stop) }
    }

    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { $0.finish() }
    }

    func score(_ completions: [String], after prompt: Prompt) -> [Score] {
        guard case .messages(let messages) = prompt, let text = messages.last?.content else {
            return []
        }
        let isTea = text.hasPrefix("Passage: a ") && text.contains(" of tea")
        return completions.map {
            Score(tokens: [0], logprobs: [($0 == "Yes") == isTea ? -0.1 : -3])
        }
    }
}
