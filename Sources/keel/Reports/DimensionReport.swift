import KeelEvaluation
import KeelLanguage
import KeelReport

/// One dimension of a map: its definition, its numbers, and every probe with what came of it.
struct DimensionReport {
    var map: CharacterMap.DimensionMap
    var dimension: Dimension
    var records: [String: [SampleRecord]]

    func details() -> Details {
        Details(
            Prose(map.title), anchor: MapReport.anchor(map),
            [
                .paragraph("\(strong: "Behaviour.") \(dimension.behaviour)"),
                .paragraph("\(strong: "Opposite error.") \(dimension.opposite)"),
                .table(numbers),
            ] + dimension.probes.map { .details(details(of: $0)) })
    }

    private var numbers: Table {
        Table(
            caption: "\(map.title): all measures",
            columns: [
                .text("Measure"), .text("Unit"), .number("Value"), .number("Readings"),
                .number("Clusters"), .number("Missing"),
            ],
            rows: map.measurements.map { measurement in
                [
                    .text(Prose(measurement.metric.title)), .text(Prose(measurement.metric.unit)),
                    MapReport.estimate(measurement).map {
                        .estimate($0, measurement.metric.scale == .share ? .percent : .plain)
                    }
                        ?? .missing,
                    .number(Double(measurement.readings), .plain),
                    .number(Double(measurement.clusters), .plain),
                    .number(Double(measurement.missing), .plain),
                ]
            })
    }

    private func details(of probe: Probe) -> Details {
        let own = (records[probe.id] ?? []).sorted { $0.sample < $1.sample }
        var blocks: [Block] = [.transcript(question(probe) + own.compactMap { answer($0, probe) })]
        for case .gap(let gap) in own.map(\.content) { blocks.append(.table(table(gap))) }
        return Details(summary(probe, own), isDeferred: true, blocks)
    }

    /// What was asked last, and the gap.
    private func summary(_ probe: Probe, _ records: [SampleRecord]) -> Prose {
        for case .gap(let gap) in records.map(\.content) {
            let value = NumberText.fixed(gap.value, decimals: 2)
            return "\(title(probe)) \(code: "gap \(value)")"
        }
        return Prose(title(probe))
    }

    private func title(_ probe: Probe) -> String {
        let last = probe.messages.last?.content ?? probe.id
        return last.count > 90 ? last.prefix(88) + " …" : last
    }

    private func question(_ probe: Probe) -> [Turn] {
        (probe.system.map { [Turn(.system, Prose($0))] } ?? [])
            + probe.messages.map { message in
                Turn(
                    message.role == .user ? .user : message.role == .system ? .system : .assistant,
                    Prose(message.content))
            }
    }

    private func answer(_ record: SampleRecord, _ probe: Probe) -> Turn? {
        guard case .answer(let answer) = record.content else { return nil }
        let cut = answer.finish == .length ? ", cut off" : ""
        return Turn(
            .assistant, label: "Answer \(record.sample + 1)\(cut)", marked(answer.text, probe))
    }

    /// An answer in which everything that was counted is marked.
    private func marked(_ text: String, _ probe: Probe) -> Prose {
        var found: [(range: Range<String.Index>, label: String)] = []
        for measure in dimension.measures {
            if let counter = measure.counter.flatMap(Counter.named) {
                found += counter.matches(in: text).map { ($0, counter.title) }
            }
            if measure.kind == .rule {
                found += probe.behaviour.matches(in: text).map { ($0, "behaviour") }
                found += probe.opposite.matches(in: text).map {
                    ($0, "opposite error")
                }
            }
        }
        var prose = Prose([])
        var end = text.startIndex
        for (range, label) in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
        where range.lowerBound >= end && !range.isEmpty {
            if end < range.lowerBound {
                prose.inlines.append(.text(String(text[end..<range.lowerBound])))
            }
            prose.inlines.append(.match(String(text[range]), label: label))
            end = range.upperBound
        }
        if end < text.endIndex { prose.inlines.append(.text(String(text[end...]))) }
        return prose
    }

    private func table(_ gap: SampleRecord.Gap) -> Table {
        let rows = [("good", gap.good), ("bad", gap.bad)].flatMap { kind, continuations in
            continuations.map { (kind, $0) }
        }
        return Table(
            caption: "Written continuations, and how probable the model finds them",
            columns: [
                .text("Continuation"), .text("Kind"), .number("Tokens"), .number("Nats per token"),
            ],
            rows: rows.map { kind, continuation in
                [
                    .text(Prose(continuation.text)), .text(Prose(kind)),
                    .number(Double(continuation.tokens), .plain),
                    .number(continuation.logprob / Double(continuation.tokens), .plain),
                ]
            })
    }
}
