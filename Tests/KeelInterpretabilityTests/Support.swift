import Foundation
import KeelInterpretability
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

    /// A random model of two layers whose tokens are bytes, of the tests of KeelModel.
    static var tinyModel: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "KeelModelTests/Goldens/tiny-llama").path
    }

    static var tinyAdapter: String {
        URL(filePath: tinyModel).deletingLastPathComponent().appending(path: "tiny-adapter").path
    }

    static func tiny() throws -> LanguageModel {
        try LanguageModel(ModelReference(base: tinyModel))
    }
}

/// A folder of a test's own, removed with it.
final class Scratch {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appending(path: "keel-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes JSON Lines and gives their path.
    func lines(_ name: String, _ lines: [String]) throws -> String {
        let path = "\(path)/\(name)"
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
        return path
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
