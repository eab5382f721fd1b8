import Foundation
import TestSupport
import Testing

/// A line of what `keel score` writes.
struct ScoreRow: Decodable, Equatable {
    var id: RowID
    var tokens: [Int]
    var logprobs: [Double]
    var sum: Double
    var mean: Double
}

/// A line of what `keel generate` writes.
struct AnswerRow: Decodable, Equatable {
    var id: RowID
    var sample: Int
    var text: String
    var tokens: [Int]
    var finish: String
    var incoherence: Mark?

    /// What the unsteered model makes of a steered answer.
    struct Mark: Decodable, Equatable {
        var surprise: Double?
        var repetition: Double
    }
}

/// A row's name: text stays text, a number a number.
enum RowID: Decodable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case text(String)
    case number(Int)

    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral number: Int) { self = .number(number) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = .text(try container.decode(String.self))
        } catch {
            self = .number(try container.decode(Int.self))
        }
    }
}

extension Scratch {
    /// Scores rows and returns what was written.
    func score(
        _ rows: String, model: [String] = TinyModel.options, _ more: String...
    ) async throws -> [ScoreRow] {
        let output = path("\(UUID().uuidString).jsonl")
        expectSuccess(
            try await Program.run(
                ["score", "--input", "-", "--output", output] + model + more, input: rows, in: self)
        )
        return try Lines(output).decoded()
    }

    /// Answers rows and returns what was written.
    func generate(_ rows: String, _ more: String...) async throws -> [AnswerRow] {
        let output = path("\(UUID().uuidString).jsonl")
        expectSuccess(
            try await Program.run(
                ["generate", "--input", "-", "--output", output] + TinyModel.options + more,
                input: rows, in: self))
        return try Lines(output).decoded()
    }
}
