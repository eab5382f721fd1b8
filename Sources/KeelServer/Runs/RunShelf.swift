internal import Foundation

/// Run folders that lie side by side in one folder.
///
/// Each is known by its name, and by nothing else that a visitor could make up.
struct RunShelf: Sendable {
    struct Run: Sendable, Encodable {
        var id: String
        /// Seconds since 1970.
        var changed: Double
        var hasReport: Bool
        /// Whether numbers were written down step by step, as by training.
        var hasCurves: Bool
        var model: String?
        var suite: String?
        /// Of a training run, its method.
        var method: String?
    }

    let folder: URL

    init(_ folder: URL) { self.folder = folder }

    /// All runs, the last changed first.
    func runs() -> [Run] {
        names().compactMap(run).sorted { ($0.changed, $0.id) > ($1.changed, $1.id) }
    }

    /// A file of a run.
    /// - Returns: Nil where there is no such run or no such file.
    func file(_ name: String, of id: String) -> URL? {
        // Looked for among the names that are there, so no path leads out.
        names().contains(id) ? existing(name, in: id) : nil
    }

    private func existing(_ name: String, in id: String) -> URL? {
        let file = folder.appending(path: id).appending(path: name)
        let values = try? file.resourceValues(forKeys: [.isRegularFileKey])
        return values?.isRegularFile == true ? file : nil
    }

    private func names() -> [String] {
        let all = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (all ?? []).filter { !$0.hasPrefix(".") }
    }

    private struct Configuration: Decodable {
        var model: String?
        var suite: String?
        var method: Method?
    }

    /// A name by itself, or the name of the settings that go with it.
    private struct Method: Decodable {
        var name: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            name =
                (try? container.decode(String.self))
                ?? (try? container.decode([String: Settings].self))?.keys.first
        }

        private struct Settings: Decodable {}
    }

    private func run(_ id: String) -> Run? {
        guard let configuration = existing("config.json", in: id) else { return nil }
        let metrics = existing("metrics.jsonl", in: id)
        let changed =
            (try? (metrics ?? configuration)
                .resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate)
            ?? nil
        // What another program has written may lack any field.
        let known = (try? Data(contentsOf: configuration)).flatMap {
            try? JSONDecoder().decode(Configuration.self, from: $0)
        }
        return Run(
            id: id, changed: changed?.timeIntervalSince1970 ?? 0,
            hasReport: existing("report.html", in: id) != nil,
            hasCurves: metrics != nil && known?.suite == nil,
            model: known?.model, suite: known?.suite, method: known?.method?.name)
    }
}
