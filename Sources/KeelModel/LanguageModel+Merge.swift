public import KeelLanguage
public import KeelTensor

extension LanguageModel {
    /// Writes a model with its adapters in its weights, as a folder in Hugging Face layout.
    ///
    /// The folder appears whole or not at all; its weights' file says what it was made of.
    /// - Parameters:
    ///   - reference: A model and its adapters, added in order.
    ///   - folder: Where; an older folder there is replaced.
    ///   - type: What weights are stored as: float32, float16 or bfloat16. They are merged as float32
    ///     in any case, so that float32 is exact.
    /// - Throws: `ModelError`, or the error of the file format that is broken; `FileError`.
    public static func merge(
        _ reference: ModelReference, to folder: String, type: ElementType = .float32
    ) throws {
        let language = try LanguageModel(ModelReference(base: reference.base), packing: false)
        for adapter in reference.adapters {
            let lora = try LoRA(folder: adapter)
            // Attaching says of every update whether it fits.
            try lora.attach(to: language.model)
            lora.detach(from: language.model)
            try lora.merge(into: language.model)
        }
        let identity = try identity(of: reference).map { ("keel " + $0.key, $0.value) }
        try language.write(
            to: folder, as: type, metadata: Dictionary(uniqueKeysWithValues: identity))
    }
}
