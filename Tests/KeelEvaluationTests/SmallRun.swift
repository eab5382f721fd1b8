import Foundation
import KeelEvaluation
import KeelFormats
import KeelLanguage
import TestSupport

/// A run of every kind of reading, the same on every machine.
struct SmallRun {
    static let talk = """
          - id: keeps
            title: Keeps
            behaviour: Says leaves.
            opposite: Says stones.
            measures:
              - {kind: talk, better: higher}
              - {kind: drift, better: higher}
            probes:
              - {id: black, cluster: a, ask: Black tea?, talk: [{says: Surely stones.}],
                 good: [Leaves.], bad: [Stones.], behaviour: [leaves], opposite: [stones]}
              - {id: green, cluster: b, ask: Green tea?, talk: [{says: "Sure?"}, {says: Well.}],
                 good: [Leaves.], bad: [Stones.], behaviour: [leaves], opposite: [stones]}
        """

    let scratch: Scratch
    let run: Run

    /// Asks a model that does not answer the question `failing`.
    init(failing: String? = nil) async throws {
        scratch = try Scratch()
        let suite = try scratch.suite(smallSuiteText + "\n" + Self.talk)
        let folder = scratch.folder.appending(component: "run")
        var sampling = SamplingOptions(maxTokens: 48, seed: .max)
        sampling.stop = ["###"]
        run = try Run(
            folder: folder, suite: suite,
            config: RunConfig(
                model: "scripted/modelName", facts: ["keel": "0.1.0", "model sha256": "00ff"],
                suite: suite, system: "Be \"plain\".", samples: 2, sampling: sampling))
        let model = ScriptedChatModel(
            logProbability: { completion, prompt in
                -Double(completion.count + prompt.question.count) / 16
            },
            answer: { prompt, sample, _ in
                if prompt.question == failing { throw LanguageError.noAnswer(model: "scripted") }
                return sample == 0
                    ? "I'm sorry, \"Paris\",\nleaves — or so."
                    : "You're right: stones, rome and many more words than the limit allows?"
            })
        // One at a time, so that lines stand in the order of the suite.
        _ = try await run.collect(from: model, concurrency: 1)
        for (name, time) in [("config.json", 1_760_000_000), ("samples.jsonl", 1_760_000_090)] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: TimeInterval(time))],
                ofItemAtPath: folder.appending(component: name).path)
        }
    }

    func export(_ format: ExportFormat, _ name: String) throws -> URL {
        try run.export(format, to: scratch.folder.appending(component: name))
    }

    func table(_ format: ExportFormat) throws -> [CSVRow] {
        var reader = try CSVReader(path: try export(format, "\(format).csv").path)
        var rows: [CSVRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }
}
