import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// Control vectors, beside llama.cpp.
@Suite struct LlamaCppTests {
    struct Values: Decodable {
        struct Row: Decodable {
            var strength: Double
            var logits: [Float]
        }
        var tokens: [Int]
        var rows: [Row]
    }

    @Test func `a control vector moves logits as in llama.cpp, and at the same block`() throws {
        let values = try Golden.decode("llama.cpp/steering.json", as: Values.self)
        let vector = try Golden.path("llama.cpp/vector.gguf")
        let model = URL(filePath: TinyModel.path).deletingLastPathComponent()
            .appending(path: "adapters/tiny-llama.gguf").path
        let language = try LanguageModel(ModelReference(base: model))
        func logits(_ steering: [Steering]) throws -> [Float] {
            var hooks = Hooks()
            for one in steering { hooks.steer(one) }
            let all = try language.logits(values.tokens, hooks: hooks)
            return try all.selected(0, values.tokens.count - 1).floats()
        }
        let plain = try logits([])
        for row in values.rows {
            let steering = try SteeringRequest("\(vector):\(row.strength)").load()
            #expect(steering.map(\.layer) == [1])
            let found = try logits(steering)
            // llama.cpp keeps keys and values in half precision.
            expectClose(found, row.logits, within: 0.01)
            guard row.strength != 0 else { continue }
            // The vector does much more than that, and at another block something else.
            let moved = zip(found, plain).map { abs($0 - $1) }.max() ?? 0
            #expect(moved > 0.5)
            let elsewhere = try logits(
                steering.map {
                    Steering(vector: $0.vector, layer: 0, action: $0.action)
                })
            #expect((zip(elsewhere, row.logits).map { abs($0 - $1) }.max() ?? 0) > 0.1)
        }
    }
}
