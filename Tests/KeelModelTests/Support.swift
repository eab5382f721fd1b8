import Foundation
import KeelLanguage
import KeelModel
import KeelTensor
import Testing

/// Files beside the tests.
enum Golden {
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Goldens/\(name)", withExtension: nil)).path
    }

    static func decode<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws
        -> Value
    {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: path(name))))
    }

    /// A random model of two layers whose tokens are bytes.
    static func tiny(adapters: [String] = [], packing: Bool = true) throws -> LanguageModel {
        try LanguageModel(
            ModelReference(base: path("tiny-llama"), adapters: adapters.map(path)), packing: packing
        )
    }

    static func tinyChat(maxBatch: Int = 8, workers: Int = 1) async throws -> LocalChatModel {
        try await LocalChatModel(
            ModelReference(base: path("tiny-llama")), maxBatch: maxBatch, workers: workers)
    }
}

/// The default model, which `make test` fetches.
enum DefaultModel {
    static var isInstalled: Bool { ModelCatalogue.entries.first?.isInstalled == true }
    static let reason: Comment = "the default model is not installed: keel model pull"

    static func load() throws -> LanguageModel {
        try LanguageModel(ModelReference(ModelCatalogue.defaultAlias))
    }
}

/// Expects numbers to agree, and says where they do not.
func expectClose(
    _ found: [[Float]], _ expected: [[Float]], within tolerance: Float,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.map(\.count) == expected.map(\.count), sourceLocation: sourceLocation)
    var worst: (Float, Int, Int) = (0, 0, 0)
    for (row, (a, b)) in zip(found, expected).enumerated() {
        for (column, (x, y)) in zip(a, b).enumerated() where !(abs(x - y) <= worst.0) {
            worst = (abs(x - y), row, column)
        }
    }
    #expect(
        worst.0 <= tolerance, "greatest difference \(worst.0) at [\(worst.1), \(worst.2)]",
        sourceLocation: sourceLocation)
}

extension Tensor {
    /// Rows of a matrix, or of all matrices of a batch of one.
    func rows() throws -> [[Float]] {
        let width = size(-1)
        let all: [Float] = try contiguous().array()
        return stride(from: 0, to: all.count, by: width).map { Array(all[$0..<$0 + width]) }
    }
}
