import KeelEvaluation
import KeelReport

/// One dimension of a map: its definition, its numbers, how they are spread, and every probe.
struct DimensionReport {
    var map: CharacterMap.DimensionMap
    var dimension: Dimension
    /// What is shown, by probe.
    var records: [String: [SampleRecord]]
    var readings: ProbeReadings
    var judged: JudgedAnswers?

    /// Fewer values are seen as well in the list of probes.
    private static let leastForHistogram = 8

    func details() -> Details {
        Details(
            Prose(map.title), anchor: dimension.anchor, isHeading: true,
            [
                .paragraph("\(strong: "Behaviour.") \(dimension.behaviour)"),
                .paragraph("\(strong: "Opposite error.") \(dimension.opposite)"),
                .table(numbers),
            ] + map.judgedRemarks + unjudged
                + [gaps, lengths].compactMap(\.self).map { .chart($0) }
                + [
                    .ranking(
                        ProbeRanking(
                            dimension: dimension, readings: readings, isJudged: judged != nil
                        ).ranking(details))
                ]
        )
    }

    /// The rubrics by which no judge has read the answers; nothing where there are none.
    private var unjudged: [Block] {
        let rubrics = dimension.measures.compactMap(\.rubric)
        guard judged == nil, !rubrics.isEmpty else { return [] }
        return [
            .paragraph(
                """
                No judge has read the answers yet by \(rubrics.joined(separator: ", ")): \
                \(code: "keel judge RUN --judge MODEL").
                """)
        ]
    }

    private func details(_ probe: Probe) -> Details {
        ProbeReport(
            dimension: dimension, probe: probe, records: records[probe.id] ?? [],
            readings: readings, judged: judged, map: map
        ).details()
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
                    Estimate(measurement).map {
                        .estimate($0, measurement.metric.shownUnit)
                    } ?? .missing,
                    .number(Double(measurement.readings), .plain),
                    .number(Double(measurement.clusters), .plain),
                    .number(Double(measurement.missing), .plain),
                ]
            })
    }

    /// How the gaps of the dimension's probes are spread.
    private var gaps: Histogram? {
        let metrics = dimension.measures.filter { $0.kind == .gap }.flatMap(\.metrics)
        guard let gap = metrics.first else { return nil }
        let values = dimension.probes.compactMap { readings.value(gap, $0, in: dimension) }
        guard values.count >= Self.leastForHistogram else { return nil }
        let above = values.count { $0 > 0 }
        return Histogram(
            title: "Gaps of \(values.count) probes",
            summary: "\(above) of \(values.count) lie above zero, on the side of the behaviour.",
            axis: Axis("Gap", unit: .named("nats per token")), counted: "Probes", values: values,
            reference: Reference(0, label: "no preference"))
    }

    /// How long the answers are.
    private var lengths: Histogram? {
        let lengths = records.filter { entry in dimension.probes.contains { $0.id == entry.key } }
            .values.joined().compactMap { record -> Int? in
                guard case .answer(let answer) = record.content else { return nil }
                return answer.wordCount
            }.sorted()
        guard lengths.count >= Self.leastForHistogram else { return nil }
        return Histogram(
            title: "Lengths of \(lengths.count) answers",
            summary: """
                From \(lengths[0]) to \(lengths[lengths.count - 1]) words, the middle one \
                \(lengths[lengths.count / 2]). A talk counts by its last answer.
                """,
            axis: Axis("Words"), counted: "Answers", values: lengths.map(Double.init))
    }
}

extension Metric {
    /// How a value is written.
    var shownUnit: Unit { scale == .share ? .percent : .plain }
}

extension SampleRecord.Answer {
    /// What stands between white space.
    var wordCount: Int { text.split(whereSeparator: \.isWhitespace).count }
}
