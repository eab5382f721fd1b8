import Foundation
import KeelEvaluation
import KeelReport

/// A comparison as a folder among runs, where `keel serve --runs` lists it.
struct ComparisonFolder {
    private let folder: URL

    /// - Parameter path: The folder, which is made where it is missing.
    /// - Throws: `OtherWork` for one that holds something else.
    init(_ path: String) throws {
        folder = URL(filePath: path, directoryHint: .isDirectory)
        guard let data = try? Data(contentsOf: folder.appending(path: "config.json")) else {
            return
        }
        struct Known: Decodable { var method: String? }
        guard try JSONDecoder().decode(Known.self, from: data).method == "compare" else {
            throw OtherWork(path: path, what: "a run")
        }
    }

    /// Work of another kind, or on others, in the folder.
    struct OtherWork: Error, CustomStringConvertible {
        var path: String
        var what: String

        var description: String { "\(path) holds \(what). Name another folder." }
    }

    /// What stands in `config.json`.
    private struct Configuration: Encodable {
        struct Side: Encodable {
            /// The name of the run's folder.
            var run: String
            var config: RunConfig
        }

        var method = "compare"
        /// The model; where it is not the same, the one before and the one after.
        var model: String
        var suite: String
        var margin: Double?
        var baseline: Side
        var candidate: Side
    }

    /// Writes `comparison.json`, `report.html`, and last `config.json`, which makes it listed; those of
    /// the same comparison are replaced.
    /// - Throws: `OtherWork` for a comparison of others; what writing and the report throw.
    func write(_ comparison: Comparison, of baseline: Run, with candidate: Run) throws {
        let models = [baseline.config.model, candidate.config.model]
        let configuration = Configuration(
            model: models[0] == models[1] ? models[0] : models.joined(separator: " → "),
            suite: baseline.config.suite, margin: comparison.margin,
            baseline: .init(run: baseline.folder.lastPathComponent, config: baseline.config),
            candidate: .init(run: candidate.folder.lastPathComponent, config: candidate.config))
        if let old = try? Data(contentsOf: folder.appending(path: "config.json")),
            try old != data(configuration)
        {
            throw OtherWork(path: folder.path, what: "another comparison")
        }
        let page = try ComparisonReport(
            comparison: comparison, baseline: baseline, candidate: candidate
        ).page()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write(comparison, to: "comparison.json")
        try page.write(to: folder.appending(path: "report.html").path)
        try write(configuration, to: "config.json")
    }

    private func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    private func write(_ value: some Encodable, to name: String) throws {
        try data(value).write(to: folder.appending(path: name), options: .atomic)
    }
}
