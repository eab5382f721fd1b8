import KeelEvaluation
import KeelReport

/// A dimension's probes as a chart: each with its value among the others and its answers by what
/// they show.
struct ProbeRanking {
    var dimension: Dimension
    var readings: ProbeReadings
    /// Whether a judge has read the answers.
    var isJudged: Bool

    /// The measure whose value places a probe.
    private var placing: Measure? { dimension.measures.first { $0.rates == nil } }

    /// The measure whose rates are a probe's bar: a judge's, which reads meaning, before phrases.
    private var telling: Measure? {
        let rates = dimension.measures.filter { $0.rates != nil }
        return isJudged
            ? rates.first { $0.kind == .judge } ?? rates.first
            : rates.first { $0.kind != .judge }
    }

    static let parts = ["behaviour", "both", "neither", "opposite error"]

    /// The chart.
    ///
    /// - Parameter details: What opens under a probe.
    /// - Returns: All probes, in the order in which they want to be looked at.
    func ranking(_ details: (Probe) -> Details) -> Ranking {
        let metric = placing?.metrics.first
        return Ranking(
            title: "The \(dimension.probes.count) probes", summary: summary,
            axis: metric.map { Axis($0.title.capitalizedFirst, unit: .named($0.unit)) },
            reference: metric?.scale == .mean ? Reference(0, label: "zero") : nil,
            parts: telling == nil ? [] : Self.parts,
            items: ordered.map { probe in
                Ranking.Item(
                    details(probe), value: value(probe),
                    counts: telling.flatMap { readings.tally($0, probe, in: dimension) }
                        .map { [$0.behaviour, $0.both, $0.neither, $0.opposite] } ?? [])
            })
    }

    private var summary: String {
        var sentences: [String] = []
        if let placing, let metric = placing.metrics.first {
            let order =
                switch placing.better {
                case .higher: "The lowest come first."
                case .lower: "The highest come first."
                case .zero: "The farthest from zero come first."
                case nil: ""
                }
            sentences.append("Dots are each probe's \(metric.title), \(metric.unit). \(order)")
        }
        switch telling?.kind {
        case .talk: sentences.append("Bars are its talks, by how they end and whether they err.")
        case .judge: sentences.append("Bars are its answers, by the judge's verdicts.")
        case .some: sentences.append("Bars are its answers, by the phrases found in them.")
        case nil: break
        }
        return sentences.joined(separator: " ")
    }

    private func value(_ probe: Probe) -> Double? {
        placing?.metrics.first.flatMap { readings.value($0, probe, in: dimension) }
    }

    /// The probes by their values, the first of a mirrored pair behind its image.
    private var ordered: [Probe] {
        func key(_ value: Double) -> Double {
            switch placing?.better {
            case .higher: value
            case .lower: -value
            case .zero: -abs(value)
            case nil: 0
            }
        }
        let valued = dimension.probes.enumerated().compactMap { index, probe in
            value(probe).map { (probe: probe, key: key($0), index: index) }
        }.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map(\.probe)
        var rest = dimension.probes.filter { probe in !valued.contains { $0.id == probe.id } }
        var ordered: [Probe] = []
        for probe in valued {
            ordered.append(probe)
            if let image = rest.firstIndex(where: { $0.id == probe.mirrors }) {
                ordered.append(rest.remove(at: image))
            }
        }
        return ordered + rest
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
