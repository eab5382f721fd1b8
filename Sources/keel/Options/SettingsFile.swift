import ArgumentParser
import Foundation
import Yams

/// A YAML file of command-line options: `learning-rate: 1e-4` stands for `--learning-rate 1e-4`.
struct SettingsFile {
    private let path: String
    private let settings: [(name: String, values: [String])]

    /// - Throws: `ValidationError` for a file that is no mapping of names to values or lists of them.
    init(path: String) throws {
        self.path = path
        let text = try TextFile.read(path)
        guard let node = try? Yams.compose(yaml: text), case .mapping(let mapping) = node else {
            throw ValidationError("\(path) is no YAML mapping of options to values.")
        }
        settings = try mapping.map { key, value in
            guard let name = key.string, name != "config" else {
                throw ValidationError("\(path), line \(key.mark?.line ?? 0): this is no option.")
            }
            switch value {
            case .scalar(let scalar): return (name, [scalar.string])
            case .sequence(let items):
                return (name, items.compactMap(\.scalar?.string))
            default:
                throw ValidationError(
                    "\(path), line \(value.mark?.line ?? 0): \"\(name)\" needs a value or a list.")
            }
        }
    }

    /// The file's settings as arguments, without those that the command line has.
    func arguments(unless given: [String]) -> [String] {
        settings.flatMap { name, values -> [String] in
            let option = "--" + name
            if given.contains(where: { $0 == option || $0.hasPrefix(option + "=") }) { return [] }
            switch values {
            case ["true"]: return [option]
            case ["false"]: return []
            default: return values.flatMap { [option, $0] }
            }
        }
    }
}
