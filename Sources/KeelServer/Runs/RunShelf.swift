internal import Foundation

/// Run folders that lie side by side in one folder, or one level deeper, as those of a tour do.
///
/// Each is known by its name, of a deeper one with the name of the folder around it and a slash, and by
/// nothing else that a visitor could make up.
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
        /// Of a training run, its method; of a comparison, `compare`; of two models' insides, `diff`.
        var method: String?

        /// Whether Keel has written it; a model within a run has a `config.json` of another kind.
        var isKnown: Bool { suite != nil || method != nil }
    }

    let folder: URL

    init(_ folder: URL) { self.folder = folder }

    /// All runs, the last changed first.
    func runs() -> [Run] {
        names(in: folder).flatMap { name -> [Run] in
            let inner = names(in: folder.appending(path: name))
                .compactMap { run("\(name)/\($0)") }.filter(\.isKnown)
            return [run(name) ?? frame(name, around: inner)].compactMap(\.self) + inner
        }
        .sorted { ($0.changed, $0.id) > ($1.changed, $1.id) }
    }

    /// A file of a run.
    /// - Returns: Nil where there is no such run or no such file.
    func file(_ name: String, of id: String) -> URL? {
        let parts = id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count) else { return nil }
        // Looked for among the names that are there, so no path leads out.
        var place = folder
        for part in parts {
            guard names(in: place).contains(part) else { return nil }
            place = place.appending(path: part)
        }
        return existing(name, in: id)
    }

    private func existing(_ name: String, in id: String) -> URL? {
        let file = folder.appending(path: id).appending(path: name)
        let values = try? file.resourceValues(forKeys: [.isRegularFileKey])
        return values?.isRegularFile == true ? file : nil
    }

    private func names(in folder: URL) -> [String] {
        let all = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (all ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    private struct Configuration: Decodable {
        var model: String?
        var suite: String?
        var method: Method?
        /// The two models of a diff.
        var base: String?
        var tuned: String?
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
        let changed = Self.changed(metrics ?? configuration)
        // What another program has written may lack any field.
        let known = (try? Data(contentsOf: configuration)).flatMap {
            try? JSONDecoder().decode(Configuration.self, from: $0)
        }
        var run = Run(
            id: id, changed: changed ?? 0,
            hasReport: existing("report.html", in: id) != nil,
            hasCurves: metrics != nil && known?.suite == nil,
            model: known?.model, suite: known?.suite, method: known?.method?.name)
        if let base = known?.base, let tuned = known?.tuned {
            run.model = "\(base) → \(tuned)"
            run.method = run.method ?? "diff"
        }
        return run
    }

    /// A folder that is no run itself but has a report on the runs in it.
    private func frame(_ id: String, around runs: [Run]) -> Run? {
        guard let first = runs.first, let report = existing("report.html", in: id)
        else { return nil }
        return Run(
            id: id, changed: Self.changed(report) ?? 0, hasReport: true, hasCurves: false,
            model: first.model, suite: first.suite)
    }

    /// Seconds since 1970.
    private static func changed(_ file: URL) -> Double? {
        let values = try? file.resourceValues(forKeys: [.contentModificationDateKey])
        return values?.contentModificationDate?.timeIntervalSince1970
    }
}
