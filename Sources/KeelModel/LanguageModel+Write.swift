internal import Foundation
internal import KeelFormats
internal import KeelTensor

extension LanguageModel {
    /// Writes the model as it is now, adapters left out, as a folder in Hugging Face layout.
    ///
    /// All but the weights is copied from the folder that the model was loaded from.
    /// - Throws: `ModelError.unreadable` when it was no folder, or its weights are packed;
    ///   `FileError`, `SafetensorsError`.
    public func write(to folder: String) throws {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw ModelError.unreadable(
                path: path,
                reason: "a whole model can be written only if it came from a folder in Hugging "
                    + "Face layout, whose tokenizer goes with it")
        }
        guard model.linears.values.allSatisfy({ $0.weight.plain != nil }) else {
            throw ModelError.unreadable(path: path, reason: "its weights are packed")
        }
        try StagedFolder.replace(folder) { draft in
            for name in try manager.contentsOfDirectory(atPath: path)
            where [".json", ".jinja", ".txt"].contains(where: name.hasSuffix)
                && !name.hasSuffix(".index.json")
            {
                try manager.copyItem(atPath: path + "/" + name, toPath: draft + "/" + name)
            }
            try Safetensors.write(model.parameters, to: draft + "/model.safetensors")
        }
    }
}
