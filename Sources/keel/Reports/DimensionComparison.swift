import KeelEvaluation
import KeelReport

/// One dimension of two runs: its changes, and its probes, the most changed first.
struct DimensionComparison {
    var dimension: Dimension
    var before: ComparedRun
    var after: ComparedRun
    /// The dimension's own, and those of them that were found.
    var changes: [Change]
    var found: [Change]

    func details() -> Details {
        var summary = Prose(dimension.title)
        for change in found {
            summary.inlines.append(.verdict(change.verdict.word, change.verdict.tone))
        }
        return Details(
            summary, anchor: dimension.anchor, isHeading: true,
            [
                .paragraph("\(strong: "Behaviour.") \(dimension.behaviour)"),
                .paragraph("\(strong: "Opposite error.") \(dimension.opposite)"),
                .table(ChangeTable(changes: changes).table("\(dimension.title): what changed")),
                .ranking(ranking),
            ])
    }

    /// The metrics whose change orders the probes, the headline first.
    private var metrics: [Metric] {
        dimension.measures.flatMap(\.metrics).filter(\.isPrimary)
    }

    private func change(_ metric: Metric, _ probe: Probe) -> Double? {
        guard let old = before.readings.value(metric, probe, in: dimension),
            let new = after.readings.value(metric, probe, in: dimension)
        else { return nil }
        return new - old
    }

    private var ranking: Ranking {
        let headline = metrics.first
        let sizes = dimension.probes.map { probe in
            (probe: probe, sizes: metrics.map { abs(change($0, probe) ?? 0) })
        }
        let ordered = sizes.enumerated().sorted { one, other in
            let (first, second) = (one.element.sizes, other.element.sizes)
            return first == second
                ? one.offset < other.offset : second.lexicographicallyPrecedes(first)
        }.map(\.element.probe)
        return Ranking(
            title: "The \(ordered.count) probes, the most changed first",
            summary: headline.map {
                "Dots are each probe's change in its \($0.title), \($0.unit), after less before."
            } ?? "",
            axis: headline.map { Axis("Change", unit: $0.axisUnit) },
            reference: Reference(0, label: "no change"),
            items: ordered.map { probe in
                Ranking.Item(
                    details(probe), value: headline.flatMap { change($0, probe) })
            })
    }

    private func details(_ probe: Probe) -> Details {
        let arms = [before, after].map { arm in
            ProbeAnswers(
                dimension: dimension, probe: probe, records: arm.records[probe.id] ?? [],
                readings: arm.readings, judged: arm.judged)
        }
        var blocks: [Block] = [.transcript(arms[0].question)]
        if let numbers = numbers(of: probe) { blocks.append(.table(numbers)) }
        for sample in Set(arms.flatMap(\.samples)).sorted() {
            blocks.append(
                .columns(
                    zip(arms, ["before", "after"]).map { arm, run in
                        [
                            arm.block(sample, run)
                                ?? .paragraph("Answer \(sample + 1) \(run) is not there.")
                        ]
                    }))
        }
        return Details(
            Prose(ProbeAnswers.title(probe)), anchor: probe.anchor, isDeferred: true,
            isHeading: true, blocks)
    }

    /// What both runs' measures read from a probe; nil where they read nothing.
    private func numbers(of probe: Probe) -> Table? {
        let rows = dimension.measures.flatMap(\.metrics).compactMap { metric -> [Table.Cell]? in
            let values = [before, after].map { $0.readings.value(metric, probe, in: dimension) }
            guard values.contains(where: { $0 != nil }) else { return nil }
            return [.text(Prose("\(metric.title), \(metric.unit)"))]
                + values.map { $0.map { .number($0, metric.shownUnit) } ?? .missing }
                + [change(metric, probe).map { .number($0, metric.differenceUnit) } ?? .missing]
        }
        guard !rows.isEmpty else { return nil }
        return Table(
            caption: "This probe before and after",
            columns: [
                .text("Measure"), .number("Before"), .number("After"),
                .number("Difference (of shares in points)"),
            ],
            rows: rows)
    }
}
