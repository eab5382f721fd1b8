internal import Foundation
internal import KeelLanguage

/// What decided an answer, kept with it and shown under "Why this answer".
struct AnswerDetails: Codable, Sendable {
    /// The name that was asked for, and the model that answered.
    var model: String
    var answeredBy: String
    var isFallback: Bool
    /// Whether the name brings a system prompt of its own.
    var hasCharacter: Bool
    /// That system prompt, for the keeper, who trains on feedback; the person is not shown it.
    var characterSystem: String?
    /// The system prompt that the person has given.
    var system: String?
    var temperature: Double
    var topP: Double
    var maxTokens: Int
    /// As text: JavaScript's numbers have 53 bits.
    var seed: String
    /// How far the model was pushed, by the name of a direction; nil where it was not.
    var steer: [String: Double]?
    var promptTokens: Int?
    var completionTokens: Int?
    /// Seconds from the request to the answer's end.
    var seconds: Double
    var notes: [AnswerNote]?

    enum CodingKeys: String, CodingKey {
        case model, system, temperature, seed, steer, seconds, notes
        case answeredBy = "answered_by"
        case isFallback = "fallback"
        case hasCharacter = "character"
        case characterSystem = "character_system"
        case topP = "top_p"
        case maxTokens = "max_tokens"
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
    }

    init(
        _ transcript: AnswerTranscript, system: String?, time: Duration, notes: [AnswerNote]?
    ) {
        let question = transcript.question
        model = question.model.id
        answeredBy = transcript.answeredBy
        isFallback = transcript.engine > 0
        hasCharacter = question.model.system != nil
        characterSystem = question.model.system
        self.system = system
        // What was used, which a guardian may have changed.
        let options =
            transcript.trace.map { question.options.following($0.record.plan) } ?? question.options
        temperature = options.temperature
        topP = options.topP
        maxTokens = options.maxTokens
        seed = String(options.seed)
        steer = question.steer.isEmpty ? nil : question.steer
        promptTokens = transcript.usage?.promptTokens
        completionTokens = transcript.usage?.completionTokens
        seconds = time / .seconds(1)
        self.notes = notes
    }

    /// What a person is shown of details as they are kept; nil for what cannot be read.
    static func shown(_ kept: Data?) -> AnswerDetails? {
        var details = kept.flatMap { try? JSONDecoder().decode(AnswerDetails.self, from: $0) }
        details?.characterSystem = nil
        return details
    }
}
