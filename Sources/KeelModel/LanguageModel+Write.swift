internal import Foundation
internal import KeelFormats
public import KeelTensor

extension LanguageModel {
    /// Writes the model as it is now, adapters left out, as a folder in Hugging Face layout.
    ///
    /// The folder appears whole or not at all. Of a model that came from a folder, the files beside
    /// the weights are copied; of one that came from GGUF, its tokenizer, chat template and sizes are
    /// written as other programs read them.
    /// - Parameters:
    ///   - folder: Where; an older folder there is replaced.
    ///   - type: What weights are stored as: float32, float16 or bfloat16; nil for what they are.
    ///   - metadata: What the weights' file says of itself.
    /// - Throws: `ModelError` when weights are packed or the type is another; `FileError`,
    ///   `SafetensorsError`.
    public func write(
        to folder: String, as type: ElementType? = nil, metadata: [String: String] = [:]
    ) throws {
        guard model.linears.values.allSatisfy({ $0.weight.plain != nil }) else {
            throw ModelError.unreadable(path: path, reason: "its weights are packed")
        }
        let parameters = model.parameters
        let own = try parameters.first?.value.elementType()
        guard let type = type ?? own, [.float32, .float16, .bfloat16].contains(type) else {
            throw ModelError.configuration("weights are written as float32, float16 or bfloat16")
        }
        let weights = try Engine.withoutGradients {
            try parameters.map { ($0.name, try $0.value.detached().to(type)) }
        }
        try StagedFolder.replace(folder) { draft in
            try Safetensors.write(weights, metadata: metadata, to: draft + "/model.safetensors")
            try ModelDescription(self).write(to: draft, type: type)
        }
    }
}
