internal import Foundation
internal import KeelFormats

extension PEFTConfiguration {
    /// Paths of the linear layers that the configuration means, as PEFT understands it.
    ///
    /// A name means every path that ends in it; `all-linear` means all but the output layer; any
    /// other pattern is a regular expression for the whole path.
    /// - Throws: `ModelError.adapter` when a name means no layer, or the expression is none.
    func modules(of model: Transformer) throws -> [String] {
        let paths = model.linears.keys.sorted()
        let chosen: [String]
        switch targets {
        case .names(let names):
            func isMeant(_ path: String, by name: String) -> Bool {
                path == name || path.hasSuffix("." + name)
            }
            for name in names where !paths.contains(where: { isMeant($0, by: name) }) {
                throw ModelError.adapter(
                    path: name,
                    reason: "no linear layer's path ends in it; there are "
                        + Set(paths.compactMap { $0.split(separator: ".").last }).sorted()
                        .joined(separator: ", "))
            }
            chosen = paths.filter { path in names.contains { isMeant(path, by: $0) } }
        case .pattern("all-linear"):
            chosen = paths.filter { $0 != "lm_head" }
        case .pattern(let pattern):
            let regex: Regex<AnyRegexOutput>
            do {
                regex = try Regex(pattern)
            } catch {
                throw ModelError.adapter(
                    path: pattern, reason: "it is no regular expression (\(error))")
            }
            chosen = paths.filter { $0.wholeMatch(of: regex) != nil }
        }
        let count = model.configuration.numHiddenLayers
        if let layer = layers?.first(where: { !(0..<count).contains($0) }) {
            throw ModelError.adapter(
                path: "layer \(layer)", reason: "the model has layers 0 to \(count - 1)")
        }
        let modules = chosen.filter { path in
            guard let layers else { return true }
            let parts = path.split(separator: ".")
            return parts.count > 2 && Int(parts[2]).map(layers.contains) == true
        }
        if modules.isEmpty {
            throw ModelError.adapter(path: "\(targets)", reason: "it means no layer of the model")
        }
        return modules
    }
}
