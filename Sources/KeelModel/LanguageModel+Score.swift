public import KeelLanguage
internal import KeelTensor
internal import KeelTokenizer

extension LanguageModel {
    /// Log-probabilities of completions that each follow the prompt, all tokenized by themselves, as
    /// in generation.
    ///
    /// The prompt is read once for all of them.
    /// - Parameters:
    ///   - completions: Texts.
    ///   - prompt: What they follow.
    ///   - steering: How the stream is changed meanwhile.
    /// - Returns: One score for each.
    /// - Throws: As `encode(_:)`; `ModelError.configuration` for steering that does not fit.
    public func score(
        _ completions: [String], after prompt: Prompt, steering: [Steering] = []
    ) throws -> [Score] {
        try score(completions, after: encode(prompt), past: nil, steering: steering)
    }

    // The same for a prompt of whose beginning something may be known.
    func score(
        _ completions: [String], after prompt: [Int], past: KeyValues?, steering: [Steering] = []
    ) throws -> [Score] {
        for one in steering { try one.validate(for: model.configuration) }
        let all = completions.map { tokenizer.encode($0) }
        let limit = model.configuration.maxPositionEmbeddings
        if let longest = all.map(\.count).max(), prompt.count + longest > limit {
            throw LanguageError.tooLong(tokens: prompt.count + longest, limit: limit)
        }
        return try Engine.withoutGradients {
            try parts(of: all).flatMap { part in
                try zip(part, logprobs(of: part, after: prompt, past, steering)).map {
                    tokens, logprobs in
                    Score(
                        tokens: tokens, logprobs: logprobs.map(Double.init),
                        usage: tokens.isEmpty
                            ? .zero
                            : TokenUsage(
                                promptTokens: prompt.count + tokens.count, completionTokens: 0))
                }
            }
        }
    }

    /// Completions that are read together; the mask among their tokens grows with their square.
    private func parts(of completions: [[Int]]) -> [[[Int]]] {
        var parts: [[[Int]]] = []
        var count = 0
        for tokens in completions {
            if parts.isEmpty || count + tokens.count > 1024 {
                parts.append([])
                count = 0
            }
            parts[parts.count - 1].append(tokens)
            count += tokens.count
        }
        return parts
    }

    private func logprobs(
        of completions: [[Int]], after prompt: [Int], _ past: KeyValues?, _ steering: [Steering]
    ) throws -> [[Float]] {
        let targets = completions.flatMap(\.self)
        guard !targets.isEmpty else { return completions.map { _ in [] } }
        let trunk = prompt.dropFirst(past?.count ?? 0)
        // The last token of a completion predicts nothing that is asked for.
        let branches = completions.map { $0.dropLast() }
        let tokens = try Tensor(trunk + branches.flatMap(\.self)).unsqueezed(0)
        let attention = try TreeAttention(
            model, past: past, trunk: trunk.count, branches: branches.map(\.count))
        let hooks = try Hooks(
            steering: steering, answerFrom: trunk.count - 1, count: tokens.size(1),
            device: model.device)
        let hidden = try model(
            tokens.to(device: model.device), attention: attention, hooks: hooks
        ).squeezed(0)

        var predicting: [Int] = []
        var first = trunk.count
        for (completion, branch) in zip(completions, branches) where !completion.isEmpty {
            predicting += [trunk.count - 1] + Array(first..<first + branch.count)
            first += branch.count
        }
        // A part at a time goes through the large output layer: a row of logits is far larger than
        // one of hidden states.
        let logprobs = try stride(from: 0, to: targets.count, by: 256).flatMap { start in
            let part = start..<min(start + 256, targets.count)
            let rows = try Tensor(Array(predicting[part])).to(device: model.device)
            let logits = try model.logits(hidden.indexed(0, by: rows))
            return try logits.to(.float32, device: .cpu).logSoftmax()
                .gathered(1, by: Tensor(Array(targets[part])).unsqueezed(1)).array(Float.self)
        }
        var rest = logprobs[...]
        return completions.map { completion in
            defer { rest = rest.dropFirst(completion.count) }
            return Array(rest.prefix(completion.count))
        }
    }
}
