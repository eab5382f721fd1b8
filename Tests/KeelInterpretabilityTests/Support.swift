import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
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

    static func tiny() throws -> LanguageModel {
        try LanguageModel(ModelReference(base: TinyModel.path))
    }
}

extension Scratch {
    /// Writes JSON Lines and gives their path.
    func lines(_ name: String, _ lines: [String]) throws -> String {
        try write(lines.joined(separator: "\n") + "\n", to: name)
    }

    /// Texts and chats of different lengths.
    func corpus(_ count: Int = 24) throws -> String {
        try lines(
            "corpus-\(count).jsonl",
            (0..<count).map { index in
                let text = (0...index % 7).map { "the keel \(index) \($0 * index)" }
                    .joined(separator: " ")
                return index.isMultiple(of: 3)
                    ? #"{"messages": [{"role": "user", "content": "\#(text)"}, {"role": "assistant", "content": "aye \#(index)"}]}"#
                    : #"{"text": "\#(text)"}"#
            })
    }
}

extension Tensor {
    func floats() throws -> [Float] { try contiguous().array() }
}

/// Expects numbers to agree.
func expectClose(
    _ found: [Float], _ expected: [Float], within tolerance: Float,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(
        worst <= tolerance && found.allSatisfy(\.isFinite), "greatest difference \(worst)",
        sourceLocation: sourceLocation)
}
