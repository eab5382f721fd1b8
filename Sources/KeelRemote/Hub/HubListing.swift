internal import Foundation
internal import KeelFormats

/// What the hub says of a model at one revision.
struct HubListing: Decodable {
    /// The commit.
    var sha: String
    var siblings: [File]

    struct File: Decodable, Sendable {
        struct Large: Decodable, Sendable {
            var sha256: String?
            var oid: String?
            var size: Int?
        }

        var rfilename: String
        var size: Int?
        /// Of git, for files that are in the repository itself.
        var blobId: String?
        var lfs: Large?

        /// The SHA-256 of a large file, else git's SHA-1 of a blob.
        var hash: String? { lfs.map { $0.sha256 ?? $0.oid } ?? blobId }
        var byteCount: Int? { lfs?.size ?? size }
    }

    /// What a model is loaded from, and no more.
    var wanted: [File] {
        let names: Set = [
            "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
            "special_tokens_map.json", "chat_template.jinja", "model.safetensors.index.json",
            "model.safetensors",
        ]
        return siblings.filter {
            names.contains($0.rfilename)
                || $0.rfilename.hasPrefix("model-") && $0.rfilename.contains("-of-")
                    && $0.rfilename.hasSuffix(".safetensors")
                    && HubReference.isName($0.rfilename)
        }
    }
}
