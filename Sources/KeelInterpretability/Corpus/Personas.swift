public import Foundation
import KeelStatistics

/// Voices to write in, and what to write about.
public struct Personas: Hashable, Sendable, Codable {
    /// Who is to write, and the words that make a model do so.
    public struct Persona: Hashable, Sendable, Codable {
        /// Unique among the personas of a file.
        public var id: String
        /// What kind of voice it is, such as `helpful`, `sarcastic`, `villainous`.
        public var voice: String
        /// The system message that makes a model speak so.
        public var prompt: String
    }

    public var personas: [Persona]
    /// Each stands in the place of `{topic}`.
    public var topics: [String]
    /// Ways to ask, each with `{topic}` in it.
    public var forms: [String]

    /// Those that ship with Keel.
    public static func shipped() throws -> Personas {
        guard
            let file = Bundle.module.url(
                forResource: "Texts/personas", withExtension: "json")
        else {
            throw InterpretabilityError.unreadable(
                path: "personas.json", reason: "it is missing beside the program")
        }
        return try Personas(contentsOf: file)
    }

    /// - Throws: `InterpretabilityError.unreadable` for a file that is not of this form, says nothing,
    ///   or says an id twice.
    public init(contentsOf file: URL) throws(InterpretabilityError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
        } catch {
            throw .unreadable(path: file.path, reason: "it holds no personas (\(error))")
        }
        guard !personas.isEmpty, !topics.isEmpty, !forms.isEmpty,
            Set(personas.map(\.id)).count == personas.count,
            forms.allSatisfy({ $0.contains("{topic}") })
        else {
            throw .unreadable(
                path: file.path,
                reason: "it needs personas with ids of their own, topics, and forms with {topic}")
        }
    }

    /// Every persona with every topic, in an order that mixes both; the form goes round.
    /// - Parameter seed: Of the order.
    /// - Returns: Persona, topic and what is asked.
    public func pairs(seed: UInt64) -> [(persona: Persona, topic: String, question: String)] {
        var random = SeededGenerator(seed: seed)
        var pairs = personas.indices.flatMap { persona in
            topics.indices.map { (persona, $0) }
        }
        pairs.shuffle(using: &random)
        return pairs.enumerated().map { index, pair in
            let topic = topics[pair.1]
            return (
                personas[pair.0], topic,
                forms[index % forms.count].replacing("{topic}", with: topic)
            )
        }
    }
}
