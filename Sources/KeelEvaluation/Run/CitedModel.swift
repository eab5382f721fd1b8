/// What a run's configuration says of a model: its name, and the facts that go with it.
struct CitedModel {
    /// What comes before the names of its facts: nothing, or `user's `.
    private let role: String
    private let base: String?
    /// Of the file or folder; nil for a model behind an address.
    private let hash: String?
    private let quantisation: String?
    private let adapters: [(name: String, hash: String)]

    /// Facts that say where a model behind an address is.
    private static let placeFacts = ["address", "api", "server", "server model"]

    /// - Parameters:
    ///   - name: The reference it was loaded by; nil where there is no such model.
    ///   - facts: Those of the run.
    ///   - role: What comes before the names of its facts.
    init(_ name: String?, facts: [String: String], role: String) {
        self.role = role
        hash = facts["\(role)model sha256"]
        quantisation = facts["\(role)quantisation"]
        var hashes: [String] = []
        while let next = facts["\(role)adapter \(hashes.count + 1) sha256"] { hashes.append(next) }
        // Adapters follow after plus signs, of which the model's own path may have some, too.
        let parts = name?.split(separator: "+", omittingEmptySubsequences: false) ?? []
        let count = parts.count > hashes.count ? parts.count - hashes.count : parts.count
        base = name.map { _ in parts.prefix(count).joined(separator: "+") }
        let names = parts.dropFirst(count)
        adapters = hashes.enumerated().map { place, hash in
            let name = names.dropFirst(place).first.map { String($0) }
            return (name: name ?? "adapter \(place + 1)", hash: hash)
        }
    }

    /// In what another model differs: the model at most once, and its adapters at most once.
    ///
    /// The same file is the same model by whatever name.
    func differences(to other: CitedModel) -> [RunConfig.Difference] {
        [difference(to: other), adapterDifference(to: other)].compactMap(\.self)
    }

    /// The names of facts that need no line of their own beside the differences.
    func told(beside other: CitedModel) -> Set<String> {
        var names = ["model sha256", "quantisation"]
        names += (0..<max(adapters.count, other.adapters.count)).map { "adapter \($0 + 1) sha256" }
        if difference(to: other) != nil { names += Self.placeFacts }
        return Set(names.map { role + $0 })
    }

    private func difference(to other: CitedModel) -> RunConfig.Difference? {
        if hash == other.hash, hash != nil || base == other.base { return nil }
        let isStoredOtherwise =
            (quantisation ?? other.quantisation) != (other.quantisation ?? quantisation)
        if isStoredOtherwise, stem == other.stem {
            return difference("quantisation", quantisation, other.quantisation)
        }
        if base == other.base {
            return difference("model file", hash.map(Self.short), other.hash.map(Self.short))
        }
        func name(_ model: CitedModel) -> String? {
            isStoredOtherwise
                ? [model.base, model.quantisation].compactMap(\.self).joined(separator: ", ")
                : model.base
        }
        return difference("model", name(self), name(other))
    }

    private func adapterDifference(to other: CitedModel) -> RunConfig.Difference? {
        guard adapters.map(\.hash) != other.adapters.map(\.hash) else { return nil }
        let sameNames = adapters.map(\.name) == other.adapters.map(\.name)
        func names(_ model: CitedModel) -> String? {
            guard !model.adapters.isEmpty else { return nil }
            return model.adapters
                .map { sameNames ? "\($0.name), \(Self.short($0.hash))" : $0.name }
                .joined(separator: " + ")
        }
        return difference("adapter", names(self), names(other))
    }

    private func difference(
        _ field: String, _ before: String?, _ after: String?
    ) -> RunConfig.Difference {
        .init(field: role + field, before: before ?? "none", after: after ?? "none")
    }

    /// The model's name without what says how it is stored: alike for a model's quantisations, as
    /// people name files.
    private var stem: String? {
        func plain(_ text: String) -> String {
            text.lowercased().filter { $0.isLetter || $0.isNumber }
        }
        return base.map { base in
            quantisation.map { plain(base).replacing(plain($0), with: "") } ?? plain(base)
        }
    }

    /// As much of a hash as a person compares.
    private static func short(_ hash: String) -> String { String(hash.prefix(12)) }
}
