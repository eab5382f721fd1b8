public import KeelModel
import KeelTensor
import KeelTokenizer

/// Tokens that a direction promotes or suppresses where it stands alone in the stream: through the
/// last norm and the output layer (nostalgebraist 2020).
public struct LogitLens: Hashable, Sendable, Codable {
    /// A token and what the direction does to its logit.
    public struct Token: Hashable, Sendable, Codable {
        /// Its id in the vocabulary.
        public var token: Int
        /// As it is written in a text.
        public var text: String
        /// Less the mean over the vocabulary.
        public var logit: Double
    }

    /// The most promoted first.
    public var promoted: [Token]
    /// The most suppressed first.
    public var suppressed: [Token]

    /// - Parameters:
    ///   - direction: `[C]`.
    ///   - language: Whose output layer is meant.
    ///   - count: Tokens of each list.
    /// - Throws: `TensorError`.
    public init(_ direction: [Float], of language: LanguageModel, count: Int = 10) throws {
        let model = language.model
        let logits: [Float] = try Engine.withoutGradients {
            let x = try Tensor(direction, shape: [1, direction.count])
                .to(device: model.device)
            let all = try model.logits(model.normed(x)).to(.float32, device: .cpu).squeezed(0)
            return try (all - all.mean()).array()
        }
        let order = logits.indices.prefix(language.tokenizer.vocabularySize).sorted {
            logits[$0] > logits[$1]
        }
        func token(_ index: Int) -> Token {
            Token(
                token: index, text: language.tokenizer.decode([index]),
                logit: Double(logits[index]))
        }
        promoted = order.prefix(count).map(token)
        suppressed = order.suffix(count).reversed().map(token)
    }
}
