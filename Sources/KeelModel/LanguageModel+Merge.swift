public import KeelFormats
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
        try merged(reference).write(to: folder, as: type, metadata: origin(of: reference, "keel "))
    }

    /// Writes a model with its adapters in its weights, as one GGUF file.
    ///
    /// The file appears whole or not at all, and says what it was made of.
    /// - Parameters:
    ///   - reference: A model and its adapters, added in order.
    ///   - path: Where; an older file there is replaced.
    ///   - type: What matrices are stored as, one of `GGMLType.written`.
    /// - Throws: What `writeGGUF(to:as:metadata:)` does, and what loading does.
    public static func merge(
        _ reference: ModelReference, toGGUF path: String, as type: GGMLType
    ) throws {
        let language = try merged(reference)
        let names = try origin(of: reference, "keel.").map {
            ($0.key.replacing(" ", with: "_"), $0.value)
        }
        try language.writeGGUF(
            to: path, as: type, metadata: Dictionary(uniqueKeysWithValues: names))
    }

    private static func merged(_ reference: ModelReference) throws -> LanguageModel {
        let language = try LanguageModel(ModelReference(base: reference.base), packing: false)
        for adapter in reference.adapters {
            let lora = try LoRA(folder: adapter)
            // Attaching says of every update whether it fits.
            try lora.attach(to: language.model)
            lora.detach(from: language.model)
            try lora.merge(into: language.model)
        }
        return language
    }

    /// The hashes of all that the weights are made of, under names that begin as given.
    private static func origin(
        of reference: ModelReference, _ prefix: String
    ) throws -> [String: String] {
        let identity = try identity(of: reference).map { (prefix + $0.key, $0.value) }
        return Dictionary(uniqueKeysWithValues: identity)
    }
}
