import Foundation
import TestSupport
import Testing

/// llama.cpp, as `make clients` installs it.
enum LlamaCpp {
    static let isThere = Installed.clients != nil
    static let missing: Comment = "llama.cpp is not here: make clients"

    /// What is asked: how probable each token of a completion is.
    struct Job: Encodable {
        var model: String
        var prompt, completion: [Int]
        var vocabulary: Int
    }

    /// - Returns: Of each job one number a token, in nats; nil where llama.cpp tells none.
    static func logprobs(_ jobs: [Job]) async throws -> [[Double?]] {
        let input = try JSONEncoder().encode(jobs)
        return try await result(
            of: [Installed.inRepository("Scripts/goldens/llama_logprobs.py")],
            input: String(decoding: input, as: UTF8.self))
    }

    /// What a script in Python prints in a line behind `RESULT`, as JSON.
    static func result<Value: Decodable>(of arguments: [String], input: String = "") async throws
        -> Value
    {
        let outcome = try await #require(Installed.clients).run(arguments, input: input)
        #expect(outcome.status == 0, "\(outcome.said.suffix(400))")
        let line = try #require(
            outcome.output.split(separator: "\n").last { $0.hasPrefix("RESULT ") },
            "llama.cpp said nothing")
        return try JSONDecoder().decode(
            Value.self, from: Data(line.dropFirst("RESULT ".count).utf8))
    }
}
