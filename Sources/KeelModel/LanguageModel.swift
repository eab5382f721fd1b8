internal import KeelFormats
public import KeelLanguage
public import KeelTensor
public import KeelTokenizer

/// A model with all it needs to be talked to: weights, tokenizer, chat template.
///
/// Not `Sendable`, as its tensors are not; `LocalChatModel` is its safe form.
public final class LanguageModel {
    /// As it was asked for.
    public let reference: ModelReference
    /// The folder or GGUF file it was read from.
    public let path: String
    /// Weights and layers, adapters attached.
    public let model: Transformer
    /// Its chat template, with its tokenizer.
    public let chat: ChatRenderer
    /// That of the chat template.
    public var tokenizer: BytePairTokenizer { chat.tokenizer }
    /// Tokens that end an answer.
    public let endTokens: Set<Int>
    /// The model's own chat template; nil where it brings none.
    let templateSource: String?

    /// Loads a model and its adapters.
    /// - Parameters:
    ///   - reference: A path or alias, and adapter folders.
    ///   - device: Where to compute.
    ///   - type: What weights are held and multiplied as; files hold any type.
    ///   - packing: Lay weights out for speed; such weights cannot be trained, adapters can.
    ///   - precision: How many bits packed weights take. In 8 or 4, on the CPU and for float32 only, no
    ///     gradient passes; adapters are added in float32 beside them.
    /// - Throws: `ModelError`, also for a model that does not fit into the memory that is free; the
    ///   error of the file format that is broken.
    public init(
        _ reference: ModelReference, device: Device = .cpu, type: ElementType = .float32,
        packing: Bool = true, weights precision: WeightPrecision = .full
    ) throws {
        self.reference = reference
        path = try ModelCatalogue.path(of: reference.base)
        let files = try ModelFiles(at: path)
        guard precision == .full || packing && device == .cpu && type == .float32 else {
            throw ModelError.configuration(
                "weights as \(precision.rawValue) are for float32 on the CPU, and can neither be "
                    + "trained nor written; load them as f32")
        }
        let packing = packing ? precision : nil
        if device == .cpu {
            try MemoryNeed(files.configuration, type: type, packing: packing)
                .check(path: path, available: AvailableMemory.byteCount)
        }

        let weights = CountedWeights(files.weights) { try $0.to(type, device: device) }
        model = try Transformer(files.configuration, weights: weights, packing: packing)
        // A tied output layer may still be stored, old checkpoints store rotary frequencies, and
        // llama.cpp what scaling divides these by, which the configuration has taken in.
        try weights.checkNoneIsLeft { name in
            (files.configuration.tieWordEmbeddings && name == "lm_head.weight")
                || name.hasSuffix("rotary_emb.inv_freq") || name == "rope_freqs.weight"
        }
        for folder in reference.adapters {
            do {
                try LoRA(folder: folder).moved(to: device).attach(to: model)
            } catch ModelError.adapter(_, let reason) {
                throw ModelError.adapter(path: folder, reason: reason)
            }
        }

        guard files.tokenizer.vocabularySize <= files.configuration.vocabularySize else {
            throw ModelError.configuration(
                "the tokenizer has \(files.tokenizer.vocabularySize) tokens, the model "
                    + "\(files.configuration.vocabularySize)")
        }
        chat = ChatRenderer(template: files.template, tokenizer: files.tokenizer)
        endTokens = files.endTokens
        templateSource = files.templateSource
    }

    /// The tokens of a prompt, ready to be continued.
    ///
    /// Messages are rendered by the chat template up to the start of the answer; control tokens
    /// spelled inside a message stay text.
    /// - Throws: `LanguageError`: `refused` by the template, or `tooLong`.
    public func encode(_ prompt: Prompt) throws -> [Int] {
        let tokens: [Int]
        switch prompt {
        case .text(let text): tokens = tokenizer.encode(text, addingSpecial: true)
        case .messages(let messages):
            do {
                tokens = tokenizer.encode(try chat.segments(messages, addGenerationPrompt: true))
            } catch {
                throw LanguageError.refused(error.description)
            }
        }
        guard !tokens.isEmpty else {
            throw LanguageError.invalidOption(
                field: "prompt", value: "empty", expected: "at least one token long")
        }
        let limit = model.configuration.maxPositionEmbeddings
        guard tokens.count < limit else {
            throw LanguageError.tooLong(tokens: tokens.count, limit: limit)
        }
        return tokens
    }

    /// Logits of the next token at every position: `[T, V]`.
    public func logits(_ tokens: [Int], hooks: Hooks = Hooks()) throws -> Tensor {
        try Engine.withoutGradients {
            let input = try Tensor(tokens).unsqueezed(0).to(device: model.device)
            return try model.logits(model(input, hooks: hooks)).squeezed(0)
        }
    }
}
