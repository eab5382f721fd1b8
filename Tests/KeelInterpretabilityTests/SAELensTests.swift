import Foundation
import KeelInterpretability
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// Autoencoders as files, beside SAELens.
@Suite struct SAELensTests {
    struct Values: Decodable {
        var x: [[Float]]
        var f: [[Float]]
        var y: [[Float]]
    }

    static let folders = [
        "standard", "standard-uncentered", "standard-layer-norm", "topk", "topk-rescaled",
        "jumprelu",
    ]

    @Test(arguments: folders)
    func `what SAELens wrote encodes and decodes as it does there`(_ name: String) throws {
        let values = try Golden.decode("saelens/\(name).json", as: Values.self)
        let (sae, metadata) = try SparseAutoencoder.read(Golden.path("saelens/\(name)"))
        #expect(metadata.point == "blocks.1.hook_resid_post")
        let x = try Tensor(values.x.flatMap(\.self), shape: [values.x.count, sae.width])
        expectClose(try sae.encode(x).floats(), values.f.flatMap(\.self), within: 1e-5)
        expectClose(try sae.reconstruct(x).floats(), values.y.flatMap(\.self), within: 1e-4)
    }

    @Test(arguments: folders)
    func `an autoencoder that is written and read again is the same function`(_ name: String)
        throws
    {
        let scratch = try Scratch()
        let (sae, metadata) = try SparseAutoencoder.read(Golden.path("saelens/\(name)"))
        try sae.write(to: scratch.path + "/copy", metadata: metadata)
        let (copy, again) = try SparseAutoencoder.read(scratch.path + "/copy")
        #expect(again == metadata)
        let x = try Tensor.normal([5, sae.width], generator: RandomGenerator(seed: 3))
        #expect(try copy.reconstruct(x).floats() == sae.reconstruct(x).floats())
    }

    @Test func `a gated autoencoder is read as the jumprelu that it equals`() throws {
        let folder = try Scratch()
        let (C, S) = (8, 24)
        func drawn(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
            try .normal(shape, generator: RandomGenerator(seed: seed))
        }
        let encoder = try drawn([C, S], 1)
        let (gate, magnitude, stretch) = try (drawn([S], 2), drawn([S], 3), drawn([S], 4) * 0.3)
        let (decoder, center) = try (drawn([S, C], 5), drawn([C], 6))
        try Safetensors.write(
            [
                ("W_enc", encoder), ("W_dec", decoder), ("b_dec", center), ("b_gate", gate),
                ("b_mag", magnitude), ("r_mag", stretch),
            ], to: folder.path + "/sae_weights.safetensors")
        try Data(#"{"architecture": "gated", "d_in": 8, "d_sae": 24}"#.utf8)
            .write(to: URL(filePath: folder.path + "/cfg.json"))
        let (sae, _) = try SparseAutoencoder.read(folder.path)
        let x = try drawn([50, C], 7)
        let inner = try (x - center).matmul(encoder)
        let isOpen = try ((inner + gate) .> 0).to(.float32)
        let expected = try isOpen * (inner * stretch.exp() + magnitude).relu()
        expectClose(try sae.encode(x).floats(), try expected.floats(), within: 1e-4)
        expectClose(
            try sae.reconstruct(x).floats(), try (expected.matmul(decoder) + center).floats(),
            within: 1e-3)
    }

    @Test func `an autoencoder of a difference says so, and reads no single model`() throws {
        let scratch = try Scratch()
        let (sae, _) = try SparseAutoencoder.read(Golden.path("saelens/jumprelu"))
        let folder = scratch.path + "/sae"
        try sae.write(
            to: folder,
            metadata: SAEMetadata(
                model: "tuned", point: "blocks.1.hook_resid_post", window: 8, minus: "base"))
        let (_, metadata) = try SparseAutoencoder.read(folder)
        #expect(metadata.minus == "base")
        #expect(throws: InterpretabilityError.self) { try metadata.checkIsOfOneModel() }
        #expect(throws: InterpretabilityError.self) {
            try SteeringRequest("\(folder)#0:=1").load()
        }
        #expect(try SteeringRequest("\(folder)#0:1").load().map(\.action) == [.add(1)])
    }

    @Test func `broken folders are refused by name`() throws {
        let scratch = try Scratch()
        func expectRefusal(_ what: String, _ change: (inout [String: Any]) -> Void) throws {
            let folder = scratch.path + "/\(what)"
            try FileManager.default.copyItem(
                atPath: Golden.path("saelens/topk"), toPath: folder)
            let file = URL(filePath: folder + "/cfg.json")
            var json = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            change(&json)
            try JSONSerialization.data(withJSONObject: json).write(to: file)
            #expect(throws: InterpretabilityError.self, "\(what)") {
                try SparseAutoencoder.read(folder)
            }
        }
        try expectRefusal("architecture") { $0["architecture"] = "matryoshka" }
        try expectRefusal("lacks its gate") { $0["architecture"] = "gated" }
        try expectRefusal("normalization") { $0["normalize_activations"] = "by-hand" }
        try expectRefusal("k") { $0["k"] = 2.5 }
        try expectRefusal("too-many") { $0["k"] = 25 }
        try expectRefusal("shape") { $0["d_sae"] = 23 }
        try expectRefusal("no-width") { $0["d_in"] = nil }
        try expectRefusal("other-weights") { $0["architecture"] = "jumprelu" }
        #expect(throws: InterpretabilityError.self) { try SparseAutoencoder.read("/nowhere") }
    }
}
