import KeelModel
import KeelTensor

/// Log-probabilities of the tokens of a passage's answer, in nats.
enum AnswerLogProbabilities {
    /// One for each token of the answer, recorded for gradients where these are recorded.
    static func tensor(of passage: Passage, _ model: Llama, hooks: Hooks = Hooks()) throws
        -> Tensor
    {
        let n = passage.tokens.count
        // Nothing precedes the first token, so it can't be predicted.
        let answer = max(1, passage.answerStart)..<n
        let tokens = try Tensor(passage.tokens, shape: [1, n]).to(device: model.device)
        let hidden = try model(tokens, hooks: hooks).squeezed(0)
            .narrowed(0, answer.lowerBound - 1..<n - 1)
        let targets = try Tensor(Array(passage.tokens[answer])).to(device: model.device)
        return try model.logProbabilities(hidden, of: targets).values
    }

    static func values(of passage: Passage, _ model: Llama, hooks: Hooks = Hooks()) throws
        -> [Double]
    {
        try Engine.withoutGradients {
            try tensor(of: passage, model, hooks: hooks).to(.float64, device: .cpu).array()
        }
    }
}
