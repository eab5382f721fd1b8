import Foundation
import KeelInterpretability
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// Training of sparse autoencoders.
@Suite struct SAETrainingTests {
    /// Activations of the tiny model on 60 rows.
    private func store(_ scratch: Scratch) throws -> ActivationStore {
        let folder = scratch.path + "/activations"
        var options = HarvestOptions(points: ["blocks.0.hook_resid_post"])
        options.window = 32
        try Harvest(
            Golden.tiny(), data: [scratch.corpus(60)], options: options, folder: folder
        ).run()
        return try ActivationStore(folder: folder)
    }

    private func options(_ architecture: SAETrainingOptions.Architecture) -> SAETrainingOptions {
        var options = SAETrainingOptions()
        options.architecture = architecture
        options.latents = 96
        options.k = 6
        options.sparsity = architecture == .standard ? 0.5 : 0.2
        options.batchSize = 64
        options.passes = 12
        // Thresholds of JumpReLU move on a logarithm, slowly.
        options.learningRate = architecture == .jumpReLU ? 2e-2 : 3e-3
        options.deadAfter = 400
        options.heldOut = 0.1
        return options
    }

    @Test(arguments: SAETrainingOptions.Architecture.allCases)
    func `training explains held-out activations with few latents`(
        _ architecture: SAETrainingOptions.Architecture
    ) throws {
        let scratch = try Scratch()
        let store = try store(scratch)
        var short = options(architecture)
        short.passes = 0.01
        let before = try SAETrainer(store, options: short, folder: scratch.path + "/before")
        let poor = try SAEQuality(before.run(), on: store, rows: before.heldOut)
        let trainer = try SAETrainer(
            store, options: options(architecture), folder: scratch.path + "/run")
        let autoencoder = try trainer.run()
        let quality = try SAEQuality(autoencoder, on: store, rows: trainer.heldOut)
        #expect(quality.explainedVariance > poor.explainedVariance + 0.1)
        #expect(quality.explainedVariance > 0.5)
        #expect(quality.l0 < 48)
        if architecture == .topK { #expect(quality.l0 <= 6) }
        let lengths = try autoencoder.decoder.norm(1).floats()
        expectClose(lengths, lengths.map { _ in 1 }, within: 1e-5)
        // What is on disk is what was returned.
        let (read, metadata) = try SparseAutoencoder.read(scratch.path + "/run/sae")
        #expect(metadata.trainingArchitecture == architecture.rawValue)
        let x = try store.rows(trainer.heldOut)
        #expect(try read.reconstruct(x).floats() == autoencoder.reconstruct(x).floats())
    }

    @Test(arguments: SAETrainingOptions.Architecture.allCases)
    func `training that was stopped goes on bit for bit`(
        _ architecture: SAETrainingOptions.Architecture
    ) throws {
        let scratch = try Scratch()
        let store = try store(scratch)
        var options = options(architecture)
        options.passes = 4
        options.deadAfter = 100
        options.saveEvery = 5
        let folder = scratch.path + "/whole", copy = scratch.path + "/parts"
        // What the disk holds after step 8 is what a process that is killed there leaves: the
        // checkpoint of step 5.
        let whole = try SAETrainer(store, options: options, folder: folder).run {
            guard $0.step == 8 else { return }
            try? FileManager.default.copyItem(atPath: folder, toPath: copy)
        }
        var steps: [Int] = []
        let parts = try SAETrainer(store, options: options, folder: copy).run {
            steps.append($0.step)
        }
        #expect(steps.first == 6)
        #expect(try parts.encoder.floats() == whole.encoder.floats())
        #expect(try parts.decoder.floats() == whole.decoder.floats())
        let x = try store.rows(0..<20)
        #expect(try parts.encode(x).floats() == whole.encode(x).floats())
    }

    @Test func `latents that no token activates go on learning, and only where that is asked for`()
        throws
    {
        let scratch = try Scratch()
        let store = try store(scratch)
        func decoder(_ name: String, deadAfter limit: Int, rate: Double = 3e-3) throws -> [[Float]]
        {
            var options = options(.topK)
            options.latents = 256
            options.k = 2
            options.passes = 10
            options.learningRate = rate
            options.deadAfter = limit
            let folder = scratch.path + "/" + name
            let rows = try SAETrainer(store, options: options, folder: folder).run().decoder
            return try (0..<256).map { try rows.selected(0, $0).floats() }
        }
        func distance(_ a: [Float], _ b: [Float]) -> Float {
            zip(a, b).map { abs($0 - $1) }.max() ?? 0
        }
        let start = try decoder("start", deadAfter: .max, rate: 1e-30)
        let without = try decoder("without", deadAfter: .max)
        let with = try decoder("with", deadAfter: 500)
        let never = start.indices.filter { distance(start[$0], without[$0]) < 1e-5 }
        #expect(!never.isEmpty)
        let moved = never.filter { distance(start[$0], with[$0]) > 1e-3 }
        #expect(moved.count > never.count / 2)
    }

    @Test func `other settings in the same folder are refused, as are settings without sense`()
        throws
    {
        let scratch = try Scratch()
        let store = try store(scratch)
        let folder = scratch.path + "/run"
        _ = try SAETrainer(store, options: options(.topK), folder: folder)
        #expect(throws: InterpretabilityError.self) {
            try SAETrainer(store, options: options(.standard), folder: folder)
        }
        func expectRefusal(_ change: (inout SAETrainingOptions) -> Void) {
            var bad = options(.topK)
            change(&bad)
            #expect(throws: InterpretabilityError.self) {
                try SAETrainer(store, options: bad, folder: scratch.path + "/bad")
            }
        }
        expectRefusal { $0.k = 0 }
        expectRefusal { $0.k = 97 }
        expectRefusal { $0.latents = 0 }
        expectRefusal { $0.heldOut = 1 }
        expectRefusal { $0.sparsity = -.infinity }
        expectRefusal { $0.learningRate = 0 }
        expectRefusal { $0.batchSize = 0 }
    }

    @Test func `passages that training read in part count as read`() throws {
        let scratch = try Scratch()
        let store = try store(scratch)
        let boundary = store.count * 9 / 10
        var firstRow: [Int: Int] = [:]
        for row in (0..<store.count).reversed() {
            firstRow[try store.source(row).passage] = row
        }
        let isUnseen = try UnseenPassages(store, before: boundary)
        var reader = try PassageReader(
            [scratch.corpus(60)], for: Golden.tiny(), window: store.window)
        var (number, unseen) = (0, 0)
        while let passage = try reader.next() {
            if let first = firstRow[number] {
                #expect(isUnseen(passage) == (first >= boundary))
                unseen += first >= boundary ? 1 : 0
            }
            number += 1
        }
        #expect(unseen > 0 && unseen < number / 2)
    }

    @Test func `a model that reads through a perfect autoencoder loses nothing`() throws {
        let language = try Golden.tiny()
        let width = language.model.configuration.hiddenSize
        // Every axis twice, once for each sign.
        let eye = try Tensor(
            (0..<width * width).map { Float($0 % (width + 1) == 0 ? 1 : 0) },
            shape: [width, width])
        let both = try Tensor.concatenated([eye, -eye], dimension: 0)
        let perfect = SparseAutoencoder(
            activation: StandardActivation(), encoder: both,
            encoderBias: try .zeros([2 * width]), decoder: both, decoderBias: try .zeros([width]))
        let scratch = try Scratch()
        var reader = try PassageReader([scratch.corpus(6)], for: language, window: 20)
        var passages: [Passage] = []
        while let passage = try reader.next() { passages.append(passage) }
        let loss = try SplicedLoss(
            language, perfect, at: .residPost(layer: 0), on: passages, skip: 1)
        #expect(abs(loss.spliced - loss.clean) < 1e-5)
        #expect(abs(loss.divergence) < 1e-5)
        #expect(abs(loss.ablated - loss.clean) > 1e-4)
    }
}
