import Foundation
import KeelFormats
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// Directions, their files, and what they say of rows.
@Suite struct DirectionTests {
    /// Passages whose answers are of one of two kinds of letters.
    private func answers(_ letters: String, _ language: LanguageModel, count: Int) throws
        -> [Passage]
    {
        try (0..<count).flatMap { index in
            let answer = String(
                (0..<5).map {
                    letters[
                        letters.index(
                            letters.startIndex, offsetBy: ($0 * 7 + index) % letters.count)]
                })
            return try language.passages(
                of: CorpusRow(.answer(.text("question \(index)"), answer)), window: 64)
        }
    }

    @Test func `a planted difference is found, chosen and measured out of sample`() throws {
        let language = try Golden.tiny()
        let positive = try answers("aeiou", language, count: 12)
        let negative = try answers("XZQJK", language, count: 12)
        let direction = try TraitDirection(
            positive: positive, negative: negative, groups: Array(0..<12) + Array(0..<12),
            of: language, layers: [0, 1], seed: 1)
        let chosen = try #require(direction.layers.first { $0.layer == direction.chosen })
        #expect(chosen.test.auroc > 0.9)
        for layer in direction.layers {
            let vector = try #require(direction.directions[layer.layer])
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
        }
        // The other way round, it points the other way.
        let turned = try TraitDirection(
            positive: negative, negative: positive, groups: Array(0..<12) + Array(0..<12),
            of: language, layers: [0, 1], seed: 1)
        for layer in 0...1 {
            let (a, b) = (direction.directions[layer] ?? [], turned.directions[layer] ?? [])
            #expect(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } < -0.99)
        }
        let file = direction.controlVector(model: "llama")
        #expect(file.directions.keys.sorted() == [1])
        let length = file.directions[1]?.reduce(0) { $0 + Double($1 * $1) }.squareRoot() ?? 0
        let layer = try #require(direction.layers.first { $0.layer == 1 })
        #expect(abs(length - layer.medianLength) < 1e-3 * layer.medianLength)
        #expect(layer.with > layer.without)
    }

    @Test func `a mark is the unsteered model's own likelihood, and counts what comes back`() throws
    {
        let language = try Golden.tiny()
        let prompt = Prompt.text("what is a keel?")
        let score = try #require(try language.score(["the spine of a ship"], after: prompt).first)
        let marks = try AnswerMark.marks(
            language, prompts: [try language.encode(prompt)],
            answers: [[score.tokens, [], [1, 2, 3, 4, 1, 2, 3, 4]]]
        ).flatMap(\.self)
        let surprise = try #require(marks[0].surprise)
        #expect(abs(surprise + score.mean) < 1e-4)
        #expect(marks[1] == AnswerMark(surprise: nil, repetition: 0))
        // Five runs of four, of which the last is the first again.
        #expect(abs(marks[2].repetition - 0.2) < 1e-12)
        let summary = AnswerMark.Summary(marks, questions: ["a", "a", "b"])
        #expect(summary.answers == 3 && summary.empty == 1)
        let mean = try #require(summary.repetition)
        #expect(abs(mean.value - (marks[0].repetition + 0.2) / 2) < 1e-12)
        #expect(AnswerMark.Summary([], questions: [String]()).surprise == nil)
    }

    @Test func `a direction is served from its file, at its layer or where it is asked for`() throws
    {
        let scratch = try Scratch()
        let path = scratch.path + "/kind@2.gguf"
        try ControlVectorFile(
            model: "llama", directions: [1: [1, 0], 2: [0, 2], 3: [3, 0]],
            facts: ["control.layer": "2", "control.without": "-0.5", "control.with": "0.25"]
        ).write(to: path)
        let own = try SteeredChatModel.Direction("kind=" + path)
        #expect(own.character == CharacterDirection(name: "kind", without: -0.5, with: 0.25))
        #expect(own.vectors == [2: [0, 2]])
        #expect(own.reading == Reading(vector: [0, 2], layer: 2))
        let range = try SteeredChatModel.Direction("kind=\(path)@1-2")
        #expect(range.vectors.keys.sorted() == [1, 2] && range.reading == own.reading)
        // Elsewhere, what answers with and without the trait read is not known.
        let elsewhere = try SteeredChatModel.Direction("kind=\(path)@3")
        #expect(elsewhere.character == CharacterDirection(name: "kind"))
        #expect(elsewhere.reading == Reading(vector: [3, 0], layer: 3))
        for wrong in ["kind", "=", "kind=\(path)@9"] {
            #expect(throws: (any Error).self) { try SteeredChatModel.Direction(wrong) }
        }
    }

    @Test func `answers of the same kind are not told apart`() throws {
        let language = try Golden.tiny()
        let all = try answers("abcdefgh", language, count: 40)
        let direction = try TraitDirection(
            positive: Array(all[..<20]), negative: Array(all[20...]),
            groups: Array(0..<20) + Array(0..<20), of: language, layers: [0, 1], seed: 4)
        // Measured where nothing was chosen, so chance stays chance.
        for layer in direction.layers { #expect((0.1...0.9).contains(layer.test.auroc)) }
    }

    @Test func `averages are those of single passes`() throws {
        let language = try Golden.tiny()
        let passages =
            try answers("abc", language, count: 3)
            + language.passages(of: CorpusRow(.text("no answer here")), window: 64)
        let means = try PassageMeans(language, passages, layers: [1])
        for (index, passage) in passages.enumerated() {
            let x = try PackedPassages([passage]).activations(
                at: [.residPost(layer: 1)], of: language.model)[0]
            let n = passage.tokens.count
            let answer = passage.answer.isEmpty ? n - 1..<n : passage.answer
            expectClose(
                try means.answers[0].selected(0, index).floats(),
                try x.narrowed(0, answer).mean(0).floats(), within: 1e-5)
            expectClose(
                try means.prompts[0].selected(0, index).floats(),
                try x.selected(0, answer.lowerBound - 1).floats(), within: 1e-5)
        }
    }

    @Test func `separation is the share of pairs in order`() throws {
        #expect(Separation(positive: [], negative: [1]) == nil)
        #expect(Separation(positive: [2, 3], negative: [0, 1])?.auroc == 1)
        #expect(Separation(positive: [1, 1], negative: [1, 1])?.auroc == 0.5)
        #expect(Separation(positive: [1, 1], negative: [1, 1])?.effect == nil)
        let positive = [0.3, 1.2, 0.7, 2], negative = [0.1, 0.7, 0.9]
        let pairs = positive.flatMap { a in
            negative.map { b in a > b ? 1.0 : a == b ? 0.5 : 0 }
        }
        let found = try #require(Separation(positive: positive, negative: negative)?.auroc)
        #expect(abs(found - pairs.reduce(0, +) / 12) < 1e-12)
    }

    @Test func `words of steering are read, or refused`() throws {
        let plain = try SteeringRequest("runs/kind.gguf:-0.5@15")
        #expect(plain.file == "runs/kind.gguf")
        #expect(plain.action == .add(-0.5))
        #expect(plain.layers == 15...15)
        #expect(try SteeringRequest("a:b.gguf:=0.2@3-7").layers == 3...7)
        #expect(try SteeringRequest("a.gguf:=0.2").action == .clamp(0.2))
        #expect(try SteeringRequest("a.gguf:remove").action == .remove)
        for bad in ["a.gguf", "a.gguf:", ":1", "a:1@", "a:1@x", "a:1@5-3", "a:1@2@3", "a:nan", ""] {
            #expect(throws: InterpretabilityError.self, "\(bad)") { try SteeringRequest(bad) }
        }
    }

    @Test func `a request takes the layers that the file was made for`() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/v.gguf"
        func write(_ facts: [String: String]) throws {
            try ControlVectorFile(
                model: "llama", directions: [1: [1, 0], 2: [0, 1]], facts: facts
            ).write(to: path)
        }
        try write([:])
        #expect(try SteeringRequest("\(path):1").load().map(\.layer) == [1, 2])
        #expect(try SteeringRequest("\(path):1@2").load().map(\.vector) == [[0, 1]])
        try write(["control.layer": "2"])
        #expect(try SteeringRequest("\(path):1").load().map(\.layer) == [2])
        for bad in ["3", "2-3", "0-\(Int.max)", "1-\(Int.max)"] {
            #expect(throws: InterpretabilityError.self, "\(bad)") {
                try SteeringRequest("\(path):1@\(bad)").load()
            }
        }
    }

    @Test func `a latent is added to, set and removed by its activation`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let width = language.model.configuration.hiddenSize
        func drawn(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
            try .normal(shape, generator: RandomGenerator(seed: seed))
        }
        let rows = try drawn([20, width], 5)
        var sae = SparseAutoencoder(
            activation: JumpReLUActivation(threshold: try .full(0.2, shape: [20])),
            encoder: try drawn([20, width], 6), encoderBias: try drawn([20], 7),
            decoder: try rows / rows.norm(1, keeping: true), decoderBias: try drawn([width], 8))
        let metadata = SAEMetadata(model: "tiny", point: "blocks.0.hook_resid_post", window: 64)
        let folder = scratch.path + "/sae"
        try sae.write(to: folder, metadata: metadata)
        let pack = PackedPassages(try answers("abc", language, count: 3))
        func stream(_ steering: [Steering]) throws -> Tensor {
            var hooks = Hooks()
            for one in steering {
                try one.validate(for: language.model.configuration)
                hooks.steer(one)
            }
            return try pack.activations(
                at: [.residPost(layer: 0)], of: language.model, hooks: hooks)[0]
        }
        let plain = try stream([])
        let f = try sae.encode(plain).selected(1, 7)
        let active = try f.floats().filter { $0 > 0 }.count
        #expect(active > 0 && active < pack.count)
        let cases: [(words: String, change: Tensor)] = try [
            ("=2.5", -f + 2.5), ("remove", -f), ("1.5", f * 0 + 1.5),
        ]
        for (words, change) in cases {
            let steering = try SteeringRequest("\(folder)#7:\(words)").load()
            #expect(steering.map(\.layer) == [0])
            let expected = try change.unsqueezed(1) * sae.decoder.selected(0, 7)
            expectClose(
                try (stream(steering) - plain).floats(), try expected.floats(), within: 1e-3)
        }
        for words in ["#20:1", "#-1:1", "#7:1@1", "#7"] {
            #expect(throws: InterpretabilityError.self, "\(words)") {
                try SteeringRequest(folder + words).load()
            }
        }
        // What the others decide, too, cannot be set, only added to.
        sae.activation = TopKActivation(k: 3)
        try sae.write(to: folder, metadata: metadata)
        #expect(try SteeringRequest("\(folder)#7:1").load().map(\.action) == [.add(1)])
        #expect(throws: InterpretabilityError.self) {
            try SteeringRequest("\(folder)#7:=1").load()
        }
    }

    @Test func `prompts of one batch are steered each by itself`() throws {
        let language = try Golden.tiny()
        let prompt = try language.encode(.text("the keel"))
        let v = try Tensor.normal(
            [language.model.configuration.hiddenSize], generator: RandomGenerator(seed: 1))
        let steering = [Steering(vector: try v.floats(), layer: 0, action: .add(3))]
        var options = SamplingOptions.greedy
        options.maxTokens = 8
        let both = try language.sample(
            [(prompt: prompt, steering: []), (prompt: prompt, steering: steering)],
            samples: 0..<1, options: options)
        let plain = try language.sample([prompt], samples: 0..<1, options: options)
        let pushed = try language.sample(
            [prompt], samples: 0..<1, options: options, steering: steering)
        let found = both.flatMap { $0.map(\.tokens) }
        #expect(found == (plain + pushed).flatMap { $0.map(\.tokens) })
        #expect(found[0] != found[1])
    }

    @Test func `a row is screened by where its answer goes`() throws {
        let language = try Golden.tiny()
        let scratch = try Scratch()
        let rows = try scratch.lines(
            "rows.jsonl",
            [
                #"{"prompt": "ab", "completion": "cde"}"#, #"{"text": "no answer"}"#,
                #"{"prompt": "xyz", "completion": "aeiou"}"#,
            ])
        let width = language.model.configuration.hiddenSize
        let v: [Float] = try Tensor.normal([width], generator: RandomGenerator(seed: 1)).array()
        let screen = try DataScreen(
            language,
            directions: [
                Steering(vector: v, layer: 1, action: .remove),
                Steering(vector: v.map { -2 * $0 }, layer: 1, action: .remove),
            ])
        var found: [DataScreen.Row] = []
        #expect(try screen.screen([rows], window: 64) { found.append($0) } == 1)
        #expect(found.map(\.line) == [1, 3])
        let square = v.reduce(0) { $0 + $1 * $1 }
        for row in found {
            // Twice as long a vector the other way: half the number, turned.
            #expect(abs(row.difference[0] + 2 * row.difference[1]) < 1e-4)
            #expect(abs(row.answer[0] - row.prompt[0] - row.difference[0]) < 1e-9)
        }
        let first = try language.passages(
            of: CorpusRow(.answer(.text("ab"), "cde")), window: 64)
        let mean = try PassageMeans(language, first, layers: [1]).answers[0].floats()
        let expected = zip(mean, v).reduce(0) { $0 + $1.0 * $1.1 } / square
        #expect(abs(Float(found[0].answer[0]) - expected) < 1e-4)
    }
}
