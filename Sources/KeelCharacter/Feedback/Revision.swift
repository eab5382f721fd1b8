public import KeelLanguage

/// Critique and revision (Bai 2022, section 3.1): the model says how an answer falls short of a
/// principle, and writes it anew.
///
/// Critiques helped small models there and made no difference to large ones, so they are kept.
public struct Revision: Hashable, Sendable, Codable {
    /// Raised with every change of the words in which a model is asked.
    static let version = 1

    /// Id of the principle.
    public var principle: String
    /// What the model found in its answer.
    public var critique: String
    /// What it answered then.
    public var answer: String

    /// Lets a model revise an answer by each of several principles in turn, each time the last
    /// revision.
    /// - Parameters:
    ///   - answer: What it gave.
    ///   - conversation: What was asked; ends with the user's turn.
    ///   - principles: What to revise by, in order.
    ///   - model: Criticises and revises.
    ///   - options: How it draws.
    /// - Returns: A revision for each principle; fewer where one came out empty or was cut off,
    ///   since what follows it would build on it.
    /// - Throws: What the model throws.
    public static func revisions(
        of answer: String, to conversation: [Message], by principles: [Constitution.Principle],
        model: any ChatModel, options: SamplingOptions
    ) async throws -> [Revision] {
        var revisions: [Revision] = []
        for principle in principles {
            let talk = conversation + [.assistant(revisions.last?.answer ?? answer)]
            let critique = try await model.complete(
                .messages(talk + [.user(critiqueRequest(principle))]), options: options)
            let rewritten = try await model.complete(
                .messages(
                    talk + [
                        .user(critiqueRequest(principle)), .assistant(critique.text),
                        .user(revisionRequest),
                    ]), options: options)
            let text = rewritten.text.trimmed
            guard rewritten.finish == .stop, !text.isEmpty else { break }
            revisions.append(
                Revision(
                    principle: principle.id, critique: critique.text.trimmed, answer: text))
        }
        return revisions
    }

    private static func critiqueRequest(_ principle: Constitution.Principle) -> String {
        let scope = principle.scope.map { " This applies where: \($0)" } ?? ""
        return """
            Look at your last answer again. \(principle.wording)\(scope)
            In one or two sentences, name where your answer falls short of this, or say that it \
            doesn't.
            """
    }

    private static let revisionRequest = """
        Now write that answer anew, so that it no longer falls short. Write the answer to the person \
        and nothing else: no comment on what you changed.
        """
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}
