internal import Foundation
internal import KeelLanguage
internal import Synchronization

/// Log-probabilities of a given text, from a server that can give them.
///
/// Two ways are tried, and what was learnt is kept, so that a server is not asked again for each
/// text what it can't do:
/// 1. vLLM: `/tokenize` for the prompt and for the completion, each by itself as Keel's own models
///    do, then `/completions` of the tokens with `prompt_logprobs`.
/// 2. Of raw text: `/completions` with `echo` and `logprobs`.
final class RemoteScoring: Sendable {
    private let server: RemoteServer
    private let model: String
    /// The ways that were tried, and whether they lead somewhere.
    private let learnt = Mutex<[Way: Bool]>([:])
    /// Lets the first to ask find out, as the others wait.
    private let discovery = RequestLimiter(1)

    private enum Way {
        case tokens, echo
    }

    init(server: RemoteServer, model: String) {
        self.server = server
        self.model = model
    }

    /// What a server did that shows that it does not know a way.
    private struct UnknownWay: Error {}

    func score(_ completion: String, after prompt: Prompt) async throws -> Score {
        if completion.isEmpty { return Score(tokens: [], logprobs: [], usage: .zero) }
        do {
            return try await way(.tokens) { try await self.scoreTokens(completion, prompt) }
        } catch is UnknownWay {}
        guard case .text(let text) = prompt else {
            throw Self.unsupported(server.address, "it has no prompt_logprobs for a conversation")
        }
        do {
            return try await way(.echo) { try await self.scoreEcho(completion, text) }
        } catch is UnknownWay {
            throw Self.unsupported(
                server.address, "it has neither prompt_logprobs nor echo with logprobs")
        }
    }

    static func unsupported(_ address: RemoteAddress, _ why: String) -> RemoteError {
        RemoteError(
            address.description,
            .unusable(
                "This server gives no log-probabilities of a written text: \(why). So gaps, mirrors "
                    + "and scores can't be had from it. Serve the model with vLLM, load it locally, "
                    + "or ask only what is sampled."))
    }

    /// Goes a way unless it is known to be closed.
    private func way(
        _ way: Way, _ go: @Sendable () async throws -> Score
    ) async throws -> Score {
        func known() -> Bool? { learnt.withLock { $0[way] } }
        func goAndLearn() async throws -> Score {
            do {
                let score = try await go()
                learnt.withLock { $0[way] = true }
                return score
            } catch is UnknownWay {
                learnt.withLock { $0[way] = false }
                throw UnknownWay()
            }
        }
        if known() == nil {
            let score: Score? = try await discovery.run {
                known() == nil ? try await goAndLearn() : nil
            }
            if let score { return score }
        }
        if known() == false { throw UnknownWay() }
        return try await goAndLearn()
    }

    private func tokenize(_ request: TokenizeRequest) async throws -> [Int] {
        do {
            let body = try encode(request)
            let response = try await server.call("/tokenize", atRoot: true, body: body) {
                data throws(WireError) in try WireError.decode(TokenizeResponse.self, from: data)
            }
            return response.tokens
        } catch let error as RemoteError {
            switch error.reason {
            case .refused(400...422, _) where ![401, 403, 408].contains(error.status),
                .refused(501, _), .malformed:
                throw UnknownWay()
            default: throw error
            }
        }
    }

    private func scoreTokens(_ completion: String, _ prompt: Prompt) async throws -> Score {
        let before =
            switch prompt {
            case .messages(let messages):
                try await tokenize(
                    .init(model: model, messages: messages, addGenerationPrompt: true))
            case .text(let text):
                try await tokenize(.init(model: model, prompt: text, addSpecialTokens: true))
            }
        let tokens = try await tokenize(
            .init(model: model, prompt: completion, addSpecialTokens: false))
        var request = OpenAIRequest(model: model)
        request.prompt = .tokens(before + tokens)
        request.maxTokens = 1
        request.promptLogprobs = 0
        let response = try await completions(request, PromptLogprobs.self, "prompt_logprobs")
        guard let all = response.choices.first?.promptLogprobs else { throw UnknownWay() }
        guard all.count == before.count + tokens.count else {
            throw malformed(
                "prompt_logprobs has \(all.count) entries for \(before.count + tokens.count) tokens"
            )
        }
        let logprobs = try zip(all.dropFirst(before.count), tokens).map { entry, token in
            guard let logprob = entry?["\(token)"]?.logprob else {
                throw malformed("prompt_logprobs does not hold token \(token)")
            }
            return try checked(logprob)
        }
        return Score(
            tokens: tokens, logprobs: logprobs, usage: response.usage?.usage(hasReasoning: false))
    }

    private func scoreEcho(_ completion: String, _ text: String) async throws -> Score {
        var request = OpenAIRequest(model: model)
        request.prompt = .text(text + completion)
        request.maxTokens = 1
        request.echo = true
        request.logprobs = .count(1)
        let response = try await completions(request, EchoResponse.self, "echo", "logprobs")
        guard let choice = response.choices.first,
            choice.text?.hasPrefix(text + completion) == true,
            let logprobs = choice.logprobs, let tokens = logprobs.tokens,
            let values = logprobs.tokenLogprobs, let offsets = logprobs.textOffset,
            tokens.count == values.count, tokens.count == offsets.count
        else { throw UnknownWay() }
        let start = text.unicodeScalars.count
        let end = start + completion.unicodeScalars.count
        let part = tokens.indices.filter { offsets[$0] >= start && offsets[$0] < end }
        // Offsets may count a token that the text does not show, and a token may reach over the seam.
        guard part.map({ tokens[$0] }).joined() == completion else {
            throw malformed("no tokens begin and end where the completion does")
        }
        let scored = try part.map { index in
            guard let value = values[index] else {
                throw malformed("a token of the completion has no log-probability")
            }
            return try checked(value)
        }
        return Score(
            tokens: [], logprobs: scored, usage: response.usage?.usage(hasReasoning: false))
    }

    private func completions<Response: Decodable & Sendable>(
        _ request: OpenAIRequest, _ type: Response.Type, _ fields: String...
    ) async throws -> Response {
        do {
            let body = try encode(request)
            return try await server.call("/completions", body: body) { data throws(WireError) in
                try WireError.decode(type, from: data)
            }
        } catch let error as RemoteError {
            switch error.reason {
            case .refused(404, _), .refused(405, _), .refused(501, _): throw UnknownWay()
            case .refused(400...422, let message) where fields.contains(where: message.contains):
                throw UnknownWay()
            default: throw error
            }
        }
    }

    private func encode(_ value: some Encodable) throws(RemoteError) -> Data {
        do throws(WireError) {
            return try WireError.encode(value)
        } catch {
            throw RemoteError(server.address.description, error.reason)
        }
    }

    /// - Throws: `RemoteError` for the number by which servers write minus infinity, and for more than 0.
    private func checked(_ logprob: Double) throws(RemoteError) -> Double {
        guard logprob > -9999, logprob <= 1e-3 else {
            throw malformed("a token has log-probability \(logprob)")
        }
        return logprob
    }

    private func malformed(_ what: String) -> RemoteError {
        RemoteError(server.address.description, .malformed(what))
    }
}

extension RemoteError {
    /// The status of a refusal; 0 of all else.
    var status: Int {
        if case .refused(let status, _) = reason { return status }
        return 0
    }
}
