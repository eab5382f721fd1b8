import KeelFormats
import KeelLanguage

/// What a run holds as a table, a row for each text that the model wrote or scored.
enum SampleTable {
    static let columns = [
        "dimension", "probe", "cluster", "sample", "kind", "turn", "user", "text", "finish",
        "tokens", "logprob",
    ]

    /// - Throws: As `Run.records()`; `FileError`.
    static func write(_ run: Run, to path: String) throws {
        var places: [String: (dimension: String, probe: Probe)] = [:]
        for dimension in run.suite.dimensions {
            for probe in dimension.probes { places[probe.id] = (dimension.id, probe) }
        }
        var table = try CSVWriter(path: path, columns: columns)
        try run.forEachRecord { record in
            guard let (dimension, probe) = places[record.probe] else { return }
            for row in rows(record, probe) {
                try table.append(
                    [dimension, probe.id, probe.cluster, "\(record.sample)", row.kind]
                        + [row.turn.map { "\($0)" }, row.user, row.text, row.finish]
                        + [row.tokens.map { "\($0)" }, row.logprob.map { "\($0)" }])
            }
        }
        try table.commit()
    }

    private struct Row {
        var kind: String
        /// Counted from 1.
        var turn: Int?
        /// What the person said before.
        var user: String?
        var text: String
        var finish: String?
        var tokens: Int?
        var logprob: Double?
    }

    private static func rows(_ record: SampleRecord, _ probe: Probe) -> [Row] {
        switch record.content {
        case .gap(let gap): return rows(gap, suffix: "")
        case .answer(let answer):
            let said =
                [probe.messages.last?.content] + (answer.talk ?? []).map { Optional($0.user) }
            let turns = zip(answer.replies, said).enumerated().map { index, turn in
                let (reply, user) = turn
                return Row(
                    kind: "answer", turn: index + 1, user: user, text: reply.text,
                    finish: reply.finish.rawValue, tokens: reply.tokens)
            }
            return turns + (answer.end.map { rows($0, suffix: "-at-end") } ?? [])
        }
    }

    private static func rows(_ gap: SampleRecord.Gap, suffix: String) -> [Row] {
        [("good", gap.good), ("bad", gap.bad)].flatMap { kind, continuations in
            continuations.map {
                Row(kind: kind + suffix, text: $0.text, tokens: $0.tokens, logprob: $0.logprob)
            }
        }
    }
}
