internal import Foundation
public import KeelTensor

/// Why a model cannot be loaded or asked.
public enum ModelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No file, folder or alias of this name.
    case notFound(String, known: [String])
    /// The default model is an alias whose file has not been fetched yet.
    case notInstalled(alias: String, path: String)
    /// The file system refused.
    case unreadable(path: String, reason: String)
    /// What a file says is wrong.
    case malformed(path: String, reason: String)
    /// A configuration that this engine does not compute, and why.
    case configuration(String)
    /// A weight that the configuration asks for is not in the file.
    case missingWeight(name: String, path: String)
    /// A weight whose shape is not the configuration's.
    case weightShape(name: String, found: [Int], expected: [Int])
    /// A weight that the configuration has no place for.
    case unexpectedWeight(name: String, path: String)
    /// An adapter that does not fit the model, or is none.
    case adapter(path: String, reason: String)
    /// Its weights need more bytes than are free; in `fewer` bits, they would fit.
    case tooLarge(path: String, needed: Double, available: Double, fewer: WeightPrecision?)
    /// A file whose SHA-256 is not the catalogue's.
    case wrongHash(path: String, found: String, expected: String)
    /// A model could not be fetched, in whole sentences.
    case fetch(String)

    public var description: String {
        switch self {
        case .notFound(let reference, let known):
            "There is no model \"\(reference)\": no such file or folder, no such alias "
                + "(known: \(known.joined(separator: ", "))), and nothing of this name from the Hugging "
                + "Face hub, of which \"keel model pull org/name\" fetches what you name."
        case .notInstalled(let alias, let path):
            "The model \(alias) is not on this machine (\(path) is missing); fetch it with "
                + "\"keel model pull \(alias)\"."
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)."
        case .malformed(let path, let reason):
            "\(path): \(reason)"
        case .configuration(let reason):
            "The model's configuration cannot be used: \(reason)."
        case .missingWeight(let name, let path):
            "\(path) has no weight \"\(name)\", which the architecture needs."
        case .weightShape(let name, let found, let expected):
            "The weight \"\(name)\" has shape \(found); the configuration says \(expected)."
        case .unexpectedWeight(let name, let path):
            "\(path) holds a weight \"\(name)\" that the architecture does not know; "
                + "loading it would silently change the model."
        case .adapter(let path, let reason):
            "The adapter \(path) cannot be applied: \(reason)."
        case .tooLarge(let path, let needed, let available, let fewer):
            "\(path) was not loaded: its weights need "
                + String(
                    format: "%.1f GB of memory, and %.1f GB are free", needed / 1e9,
                    available / 1e9)
                + (fewer.map { "; with --weights \($0.rawValue) they fit." }
                    ?? "; end what else takes memory, or take a smaller model.")
        case .wrongHash(let path, let found, let expected):
            "\(path) is damaged: its SHA-256 is \(found), expected \(expected). It was not installed; "
                + "run the command again."
        case .fetch(let reason):
            reason
        }
    }
}
