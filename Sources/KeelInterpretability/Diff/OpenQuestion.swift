import Foundation
import KeelFormats
public import KeelLanguage

/// An open question that two models are compared on.
public struct OpenQuestion: Hashable, Sendable, Codable {
    public var id: String
    /// What is judged on one domain is found on the others.
    public var domain: String
    /// What the user says.
    public var prompt: String

    public init(id: String, domain: String, prompt: String) {
        (self.id, self.domain, self.prompt) = (id, domain, prompt)
    }

    public var messages: Prompt { .user(prompt) }

    /// Thirty-six questions in six domains that ship with Keel.
    public static func shipped() throws -> [OpenQuestion] {
        guard
            let file = Bundle.module.url(forResource: "Texts/questions", withExtension: "jsonl")
        else {
            throw InterpretabilityError.unreadable(
                path: "questions.jsonl", reason: "it is missing beside the program")
        }
        return try read(file.path)
    }

    /// Reads `{"id", "domain", "prompt"}` rows.
    /// - Throws: `JSONLinesError`; `InterpretabilityError.unreadable` for an id that stands twice, or
    ///   fewer than two questions.
    public static func read(_ path: String) throws -> [OpenQuestion] {
        var reader = try JSONLinesReader<OpenQuestion>(path: path)
        let all = try reader.readAll()
        guard all.count >= 2, Set(all.map(\.id)).count == all.count else {
            throw InterpretabilityError.unreadable(
                path: path, reason: "it needs at least two questions, each with an id of its own")
        }
        return all
    }
}
