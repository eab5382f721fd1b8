import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// What tuning changed, with a change that is known.
@Suite struct DiffTests {
    /// An autoencoder whose first latents are given directions, among random ones.
    private func autoencoder(_ directions: [Tensor], width: Int, latents: Int = 48) throws
        -> SparseAutoencoder
    {
        let noise = try Tensor.normal(
            [latents - directions.count, width], generator: RandomGenerator(seed: 9))
        let rows = try Tensor.concatenated(
            directions.map { try $0.unsqueezed(0) } + [noise], dimension: 0)
        let decoder = try rows / rows.norm(1, keeping: true)
        return SparseAutoencoder(
            activation: StandardActivation(), encoder: decoder,
            encoderBias: try .zeros([latents]), decoder: decoder,
            decoderBias: try .zeros([width]))
    }

    /// The tiny model, and the same with an adapter that adds a direction at block 0's MLP.
    private func models(_ scratch: Scratch) throws -> (
        base: LanguageModel, tuned: LanguageModel, direction: Tensor
    ) {
        let base = try Golden.tiny()
        let configuration = base.model.configuration
        let direction = try Tensor.normal(
            [configuration.hiddenSize], generator: RandomGenerator(seed: 2))
        let b = try (direction / direction.norm()).reshaped(-1, 1)
        let a = try Tensor.normal(
            [1, configuration.intermediateSize], generator: RandomGenerator(seed: 3))
        // The neurons' answers are squared away by using both signs: what matters is the direction.
        let path = "model.layers.0.mlp.down_proj"
        let scale = 40.0
        let folder = scratch.path + "/adapter"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try Data(
            """
            {"peft_type": "LORA", "r": 1, "lora_alpha": \(scale), "target_modules": ["down_proj"],
             "layers_to_transform": [0], "base_model_name_or_path": ""}
            """.utf8
        ).write(to: URL(filePath: folder + "/adapter_config.json"))
        try Safetensors.write(
            [
                ("base_model.model.\(path).lora_A.weight", a),
                ("base_model.model.\(path).lora_B.weight", b),
            ], to: folder + "/adapter_model.safetensors")
        let tuned = try LanguageModel(
            ModelReference(base: TinyModel.path, adapters: [folder]))
        return (base, tuned, try direction / direction.norm())
    }

    private func options() -> DiffOptions {
        var options = DiffOptions()
        options.samples = 2
        options.sampling = SamplingOptions(temperature: 1, maxTokens: 8, seed: 1)
        options.screened = 1
        options.strengths = [0.5]
        return options
    }

    private var questions: [OpenQuestion] {
        (0..<6).map {
            OpenQuestion(
                id: "q\($0)", domain: $0.isMultiple(of: 2) ? "even" : "odd",
                prompt: "question \($0)")
        }
    }

    @Test func `a planted direction stands at an end of every ranking`() throws {
        let scratch = try Scratch()
        let (base, tuned, direction) = try models(scratch)
        let width = base.model.configuration.hiddenSize
        let sae = try autoencoder([direction, -direction], width: width)
        let result = try ModelDiff(
            base: base, tuned: tuned, autoencoder: sae, point: "blocks.0.hook_resid_post",
            questions: questions, options: options(), folder: scratch.path + "/diff",
            detector: ModelDiff.Detector("a") { $0.contains("a") }
        ).run()
        // One of the two latents of the planted direction moved most, and on the same text too.
        let largest = try #require(
            result.latents.max { abs($0.projection) < abs($1.projection) })
        #expect([0, 1].contains(largest.latent))
        let planted = result.latents.filter { [0, 1].contains($0.latent) }
        let others = result.latents.filter { ![0, 1].contains($0.latent) }
        #expect(
            planted.map { abs($0.onSameText) }.max() ?? 0
                > others.map { abs($0.onSameText) }.max() ?? .infinity)
        #expect(result.latents.map(\.rank) == Array(1...48))
        #expect(
            zip(result.latents, result.latents.dropFirst()).allSatisfy { $0.change >= $1.change })
        // Out of sample the mean difference tells the models apart, a random direction need not.
        let mean = try #require(result.holdout.first { $0.method == .meanDifference })
        #expect(mean.domains.map(\.domain) == ["even", "odd"])
        #expect(mean.auroc > 0.8)
        #expect(result.holdout.map(\.method) == DomainHoldout.Method.allCases)
        let projected = try #require(result.holdout.first { $0.method == .projection })
        #expect(projected.domains.allSatisfy { $0.latent == 0 || $0.latent == 1 })
        #expect(projected.auroc > 0.6)
        let attributed = try #require(result.holdout.first { $0.method == .attributedLatent })
        #expect(attributed.domains.allSatisfy { $0.latent != nil })
        // Each direction was tried on both models, from no steering on.
        #expect(result.curves.count == 2 * (2 + 2))
        for curve in result.curves {
            #expect(curve.doses.map(\.strength) == [0, curve.steersTuned ? -0.5 : 0.5])
            #expect(curve.doses.allSatisfy { $0.likeness.isFinite && $0.shown != nil })
        }
    }

    @Test func `a model beside itself shows no change on the same text`() throws {
        let scratch = try Scratch()
        let base = try Golden.tiny()
        let sae = try autoencoder([], width: base.model.configuration.hiddenSize)
        var options = options()
        options.screened = 0
        options.strengths = []
        let result = try ModelDiff(
            base: base, tuned: Golden.tiny(), autoencoder: sae,
            point: "blocks.0.hook_resid_post", questions: questions, options: options,
            folder: scratch.path + "/diff"
        ).run()
        #expect(result.latents.allSatisfy { abs($0.onSameText) < 1e-5 && abs($0.change) < 1e-5 })
        #expect(result.latents.allSatisfy { abs($0.attribution) < 1e-5 })
        #expect(result.curves.isEmpty)
        for method in result.holdout { #expect(abs(method.auroc - 0.5) < 0.5) }
    }

    @Test func `attribution is the slope along a latent's own contribution`() throws {
        let language = try Golden.tiny()
        let sae = try autoencoder([], width: language.model.configuration.hiddenSize)
        let passage = try #require(
            language.passages(of: CorpusRow(.answer(.text("the keel"), "holds it")), window: 64)
                .first)
        let found = try LatentAttribution.values(passage, language, sae, layer: 0).floats()
        /// Mean log-probability of the answer with a latent's contribution made larger by a share.
        func logprob(_ latent: Int, _ share: Double) throws -> Double {
            var hooks = Hooks()
            hooks.at(.residPost(layer: 0)) { x in
                let flat = try x.squeezed(0)
                let f = try sae.encode(flat).narrowed(1, latent..<latent + 1)
                let row = try sae.decoder.narrowed(0, latent..<latent + 1)
                let mask = try Tensor(
                    passage.tokens.indices.map { Float($0 == 0 ? 0 : 1) },
                    shape: [passage.tokens.count, 1])
                return try (flat + f * mask * row * share).unsqueezed(0)
            }
            let logits = try language.logits(passage.tokens, hooks: hooks).to(.float64)
            let values = try logits.logSoftmax()
            return try passage.answer.reduce(0) { sum, position in
                try sum
                    + values.selected(0, position - 1).selected(0, passage.tokens[position]).item()
            } / Double(passage.answer.count)
        }
        var checked = 0
        for latent in 0..<sae.latents where abs(found[latent]) > 0.01 {
            let slope = try (logprob(latent, 1e-2) - logprob(latent, -1e-2)) / 2e-2
            #expect(abs(slope - Double(found[latent])) < 0.02 * max(0.1, abs(slope)))
            checked += 1
        }
        #expect(checked >= 3)
    }

    @Test func `a run that was stopped keeps its answers and curves`() throws {
        let scratch = try Scratch()
        let (base, tuned, direction) = try models(scratch)
        let sae = try autoencoder([direction], width: base.model.configuration.hiddenSize)
        let folder = scratch.path + "/diff"
        func diff() throws -> ModelDiff {
            try ModelDiff(
                base: base, tuned: tuned, autoencoder: sae, point: "blocks.0.hook_resid_post",
                questions: questions, options: options(), folder: folder)
        }
        // What is there when the third curve is done is what a process that is killed leaves.
        let copy = scratch.path + "/left"
        let whole = try diff().run { what, done, _ in
            if done == 6 { try? FileManager.default.copyItem(atPath: folder, toPath: copy) }
        }
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.moveItem(atPath: copy, toPath: folder)
        #expect(try diff().run() == whole)
        func refused(
            _ fields: [String], autoencoder: SparseAutoencoder, options: DiffOptions,
            detector: ModelDiff.Detector? = nil
        ) {
            #expect(throws: InterpretabilityError.otherWork(path: folder, fields: fields)) {
                try ModelDiff(
                    base: base, tuned: tuned, autoencoder: autoencoder,
                    point: "blocks.0.hook_resid_post", questions: questions, options: options,
                    folder: folder, detector: detector)
            }
        }
        var other = options()
        other.samples = 3
        refused(["options"], autoencoder: sae, options: other)
        let another = try autoencoder([-direction], width: base.model.configuration.hiddenSize)
        refused(["autoencoder"], autoencoder: another, options: options())
        let detector = ModelDiff.Detector("b") { _ in true }
        refused(["detector"], autoencoder: sae, options: options(), detector: detector)
    }

    @Test func `a fingerprint tells autoencoders apart by every number, and only these`() throws {
        let sae = try autoencoder([], width: 8)
        let fingerprint = try sae.fingerprint()
        #expect(fingerprint.count == 16)
        #expect(try autoencoder([], width: 8).fingerprint() == fingerprint)
        var others = [sae, sae, sae, sae]
        others[0].decoder = try sae.decoder * 1.0001
        others[1].encoderBias = try .full(1e-6, shape: [48])
        others[2].centersInput = false
        others[3].activation = TopKActivation(k: 3)
        others.append(others[3])
        others[4].activation = TopKActivation(k: 4)
        let prints = try others.map { try $0.fingerprint() }
        #expect(Set(prints + [fingerprint]).count == 6)
    }

    @Test func `what does not fit is refused`() throws {
        let scratch = try Scratch()
        let base = try Golden.tiny()
        let width = base.model.configuration.hiddenSize
        func expectRefusal(_ point: String, _ width: Int) throws {
            #expect(throws: InterpretabilityError.self) {
                try ModelDiff(
                    base: base, tuned: base, autoencoder: autoencoder([], width: width),
                    point: point, questions: questions, options: options(),
                    folder: scratch.path + "/x")
            }
        }
        try expectRefusal("blocks.9.hook_resid_post", width)
        try expectRefusal("blocks.0.hook_mlp_out", width)
        try expectRefusal("blocks.0.hook_resid_post", width + 1)
    }

    @Test func `questions and personas that ship are whole`() throws {
        let questions = try OpenQuestion.shipped()
        #expect(questions.count == 36)
        #expect(Set(questions.map(\.domain)).count == 6)
        let personas = try Personas.shipped()
        let pairs = personas.pairs(seed: 1)
        #expect(pairs.count == personas.personas.count * personas.topics.count)
        #expect(Set(pairs.map { "\($0.persona.id)|\($0.topic)" }).count == pairs.count)
        #expect(pairs.allSatisfy { $0.question.contains($0.topic) })
        // The beginning of the corpus already mixes voices.
        #expect(Set(pairs.prefix(100).map(\.persona.voice)).count > 8)
    }

    @Test func `a corpus is written once and gone on with`() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/corpus.jsonl"
        let model = try await LocalChatModel(ModelReference(base: TinyModel.path), maxBatch: 8)
        let few = scratch.path + "/personas.json"
        try Data(
            #"{"personas": [{"id": "a", "voice": "x", "prompt": "p"}, {"id": "b", "voice": "y", "prompt": "q"}], "topics": ["s", "t", "u", "v", "w"], "forms": ["on {topic}"]}"#
                .utf8
        ).write(to: URL(filePath: few))
        let maker = CorpusMaker(
            model, personas: try Personas(contentsOf: URL(filePath: few)),
            options: SamplingOptions(temperature: 1, maxTokens: 4, seed: 2))
        try await maker.write(to: path, rows: 5, concurrency: 3)
        let first = try String(contentsOfFile: path, encoding: .utf8)
        try await maker.write(to: path, rows: 8, concurrency: 3)
        let all = try String(contentsOfFile: path, encoding: .utf8)
        #expect(all.hasPrefix(first))
        #expect(all.split(separator: "\n").count == 8)
        await #expect(throws: InterpretabilityError.self) {
            try await maker.write(to: path, rows: 11)
        }
        let another = CorpusMaker(
            model, personas: try Personas(contentsOf: URL(filePath: few)),
            options: SamplingOptions(temperature: 1, maxTokens: 4, seed: 3))
        await #expect(throws: InterpretabilityError.self) {
            try await another.write(to: path, rows: 9)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == all)
        try Data("{}".utf8).write(to: URL(filePath: few))
        #expect(throws: InterpretabilityError.self) {
            try Personas(contentsOf: URL(filePath: few))
        }
    }
}
