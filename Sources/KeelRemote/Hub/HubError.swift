package import KeelFormats

/// Why a model did not come from the hub.
package enum HubError: Error, Hashable, Sendable, CustomStringConvertible {
    case offline(HubReference)
    case refused(HubReference, status: Int)
    case malformed(address: String, reason: String)
    /// The hub's list has nothing that a model is loaded from.
    case noModel(HubReference)
    case damaged(file: String, found: String, expected: String)
    case interrupted(file: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// Another process is fetching the same file.
    case busy(file: String)

    package var description: String {
        switch self {
        case .offline(let reference):
            "\(reference) is not in the cache, and HF_HUB_OFFLINE forbids to fetch it."
        case .refused(let reference, let status):
            switch status {
            case 401, 403:
                "The hub lets nobody without a right have \(reference) (status \(status)), or there is no "
                    + "such model; accept its licence there, and set HF_TOKEN to a token of yours."
            case 404: "The hub has no \(reference), or no such revision of it."
            default: "The hub refused \(reference) with status \(status); try again later."
            }
        case .malformed(let address, let reason):
            "\(address) does not answer as the Hugging Face hub does: \(reason)."
        case .noModel(let reference):
            "\(reference) holds no config.json with weights in safetensors, from which Keel loads; for "
                + "a model in GGUF, give the path of a file."
        case .damaged(let file, let found, let expected):
            "\(file) came damaged: its hash is \(found), the hub said \(expected). It was removed; "
                + "run the command again."
        case .interrupted(let file, let reason):
            "\(file) did not come to its end (\(reason)); run the command again, and it goes on from "
                + "where it broke off."
        case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)."
        case .busy(let file):
            "Another process is fetching \(file); wait for it, then run the command again."
        }
    }
}
