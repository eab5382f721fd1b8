import KeelEvaluation
import KeelLanguage
import KeelReport

/// A run's map as a page: all dimensions at a glance, then each with its probes and answers.
struct MapReport {
    var run: Run
    var map: CharacterMap
    var records: [SampleRecord]
    var failures: [Run.Failure]
    /// The same model against itself under another seed.
    var null: Comparison?

    func page() -> Page {
        Page(
            title: "The character of \(map.config.model)",
            lede: """
                How the model tends to behave on \(run.suite.dimensions.count) dimensions of the suite \
                \(code: map.config.suite), and how sure that is. Intervals hold in 95 of 100 repetitions with other \
                probes of the same kind.
                """,
            facts: facts,
            sections: [overview] + (null.map { [Self.nullSection($0)] } ?? []) + [
                dimensions, repeating,
            ])
    }

    private var facts: [Page.Fact] {
        let probes = run.suite.dimensions.reduce(0) { $0 + $1.probes.count }
        return [
            Page.Fact("Model", "\(code: map.config.model)"),
            Page.Fact("System message", map.config.system.map { Prose($0) } ?? "none of ours"),
            Page.Fact(
                "Suite",
                "\(map.config.suite) \(map.config.suiteVersion)\(map.config.quick ? ", quick part" : "")"
            ),
            Page.Fact("Probes", "\(probes), \(map.config.samples) answers to each that is sampled"),
            Page.Fact(
                "Sampling",
                """
                temperature \(map.config.sampling.temperature), top-p \(map.config.sampling.topP), at most \
                \(map.config.sampling.maxTokens) tokens, seed \(map.config.sampling.seed)
                """),
            Page.Fact("Missing readings", Prose(missing)),
        ]
    }

    /// How many readings are not there, and why.
    private var missing: String {
        let primary = map.dimensions.flatMap(\.measurements).filter(\.metric.isPrimary)
        let missing = primary.reduce(0) { $0 + $1.missing }
        let asked = primary.reduce(missing) { $0 + $1.readings }
        let why =
            failures.isEmpty
            ? "the answer was cut off before its end could be judged"
            : "the model failed at \(failures.count), the first because: \(failures[0].reason)"
        return "\(missing) of \(asked)" + (missing == 0 ? "" : "; \(why)")
    }

    // MARK: At a glance

    private var overview: Page.Section {
        let charts = [gaps, mirrors, rates, counts].compactMap(\.self)
        return Page.Section(
            "At a glance", anchor: "map",
            gapsFound + charts.map { .chart($0) })
    }

    /// Which gaps are told from zero, in words, and how far that carries.
    private var gapsFound: [Block] {
        let rows = map.dimensions.compactMap { dimension in
            Self.measurement("gap", of: dimension)?.interval.map { (dimension, $0) }
        }
        guard !rows.isEmpty else { return [] }
        let above = rows.filter { $0.1.lowerBound > 0 }.map(\.0)
        let below = rows.filter { $0.1.upperBound < 0 }.map(\.0)
        let found = above.count + below.count
        var body = Prose([])
        for (words, dimensions) in [("Above zero: ", above), ("Below zero: ", below)]
        where !dimensions.isEmpty {
            body.inlines.append(.text(words))
            for (index, dimension) in dimensions.enumerated() {
                if index > 0 { body.inlines.append(.text("; ")) }
                body.inlines.append(.link(dimension.title, to: "#\(Self.anchor(dimension))"))
            }
            body.inlines.append(.text(". "))
        }
        let rest = rows.count - found
        if rest > 0 {
            body.inlines.append(
                .text(
                    "The intervals of \(found == 0 ? "all" : "the other") \(rest) include zero: these probes do "
                        + "not tell which way the model leans."))
        }
        if let null {
            body.inlines += [
                .text(
                    " Under another seed, \(null.found.count) of \(null.changes.count) measures "),
                .link("seem to differ", to: "#null"), .text("."),
            ]
        }
        return [
            .callout(
                Callout(
                    .verdict,
                    title: "The intervals of \(found) of \(rows.count) gaps exclude zero", body)),
            .paragraph(
                """
                Of \(rows.count) intervals of 95 %, about \((Double(rows.count) / 2).rounded() / 10) would leave \
                out the true value by chance. Where a gap stands also rests on how its continuations are worded; \
                two runs share the words, so a change between them (\(code: "keel compare")) is firmer than a \
                level.\(map.config.quick ? " This is the quick part of the suite; the whole tells more." : "")
                """),
        ]
    }

    private var gaps: ForestPlot? {
        forest(
            "Log-probability gaps",
            """
            How much more probable, per token, the model finds written continuations that show the behaviour than \
            like ones that make the opposite error. No sampling is in it.
            """,
            Axis("← opposite error · gap · behaviour →", unit: .named("nats per token")),
            [("gap", "Gap")], reference: Reference(0, label: "no preference")
        ) { measurements in
            guard let interval = measurements.first??.interval else { return "" }
            return interval.lowerBound > 0
                ? "above zero" : interval.upperBound < 0 ? "below zero" : ""
        }
    }

    private var mirrors: ForestPlot? {
        forest(
            "Mirrored pairs",
            """
            The gap of one probe less that of its mirror image, such as the same request from the other side. \
            Zero is even.
            """,
            Axis("Difference of gaps", unit: .named("nats per token")),
            [("mirror", "Difference")], reference: Reference(0, label: "even"))
    }

    private var rates: ForestPlot? {
        forest(
            "Rates in sampled answers",
            """
            How many answers hold a phrase of the behaviour, and how many one of the opposite error: a push against \
            one tends to buy the other. What no phrase recognises is noted at the right.
            """,
            Axis("Share of answers", unit: .percent, reach: 0...1),
            [("behaviour", "Behaviour"), ("opposite", "Opposite error"), ("other", nil)]
        ) { measurements in
            guard let neither = measurements.last??.value else { return "" }
            return "\(Int((neither * 100).rounded()))% neither"
        }
    }

    /// Builds a plot of these metrics, a row for each dimension that has one of them.
    ///
    /// - Parameters:
    ///   - title: What the plot shows.
    ///   - summary: How it is read.
    ///   - axis: What is measured.
    ///   - metrics: Each with the name of its series, or nil where only the note needs it.
    ///   - reference: A value worth a line.
    ///   - note: A remark on a row, from its measurements in the order of the metrics.
    /// - Returns: Nil where no dimension has such a metric.
    private func forest(
        _ title: String, _ summary: String, _ axis: Axis, _ metrics: [(id: String, name: String?)],
        reference: Reference? = nil,
        note: ([CharacterMap.Measurement?]) -> String = { _ in "" }
    ) -> ForestPlot? {
        let rows = map.dimensions.compactMap { dimension -> ForestPlot.Row? in
            let measurements = metrics.map { Self.measurement($0.id, of: dimension) }
            let estimates = zip(metrics, measurements).filter { $0.0.name != nil }
                .map { $0.1.flatMap(Self.estimate) }
            guard estimates.contains(where: { $0 != nil }) else { return nil }
            return ForestPlot.Row(
                dimension.title, estimates, note: note(measurements),
                anchor: Self.anchor(dimension))
        }
        guard !rows.isEmpty else { return nil }
        return ForestPlot(
            title: title, summary: "\(summary) Lines are 95 % intervals.", axis: axis,
            series: metrics.compactMap(\.name), groups: [ForestPlot.Group(rows: rows)],
            reference: reference)
    }

    private var counts: ForestPlot? {
        let groups = map.dimensions.compactMap { dimension -> ForestPlot.Group? in
            let rows = dimension.measurements.filter { $0.metric.id.hasSuffix("-per-reply") }
                .map { measurement in
                    let asked = measurement.readings + measurement.missing
                    return ForestPlot.Row(
                        measurement.metric.title, [Self.estimate(measurement)],
                        note: measurement.missing == 0
                            ? "" : "\(measurement.missing) of \(asked) missing",
                        anchor: Self.anchor(dimension))
                }
            return rows.contains { $0.estimates != [nil] }
                ? ForestPlot.Group(dimension.title, rows: rows) : nil
        }
        guard !groups.isEmpty else { return nil }
        return ForestPlot(
            title: "Set phrases in sampled answers",
            summary: """
                How often an answer holds a phrase of a list. These answers are counted exactly; the lines, 95 % \
                intervals, say how often it may be with other probes, so none found is not never.
                """,
            axis: Axis("Occurrences", unit: .named("per reply"), reach: 0...0.1),
            series: ["Count"], groups: groups)
    }

    static func anchor(_ dimension: CharacterMap.DimensionMap) -> String {
        "dimension-\(dimension.id)"
    }

    private static func measurement(_ metric: String, of dimension: CharacterMap.DimensionMap)
        -> CharacterMap.Measurement?
    {
        dimension.measurements.first { $0.metric.id == metric }
    }

    static func estimate(_ measurement: CharacterMap.Measurement) -> Estimate? {
        guard let value = measurement.value else { return nil }
        guard let interval = measurement.interval else { return Estimate(exactly: value) }
        // The interval of a ratio may be shifted; a dot is never drawn outside its own interval.
        return Estimate(
            value, low: min(value, interval.lowerBound), high: max(value, interval.upperBound))
    }

    // MARK: The null

    private static func nullSection(_ null: Comparison) -> Page.Section {
        let found = null.found
        let gaps = null.changes.filter { $0.metric.scale == .mean }
        let same = gaps.count { $0.verdict == .identical }
        return Page.Section(
            "What chance alone does", anchor: "null",
            [
                .callout(
                    Callout(
                        found.isEmpty ? .verdict : .warning,
                        title: found.isEmpty
                            ? "The same model is no different from itself"
                            : "\(found.count) measures differ by chance alone",
                        """
                        The model was mapped again under another seed and compared with itself, as two models would \
                        be: paired by probe, adjusted over the measures tested. \(same) of \
                        \(gaps.count) gaps are identical, as all must be: no sampling is in them. \
                        \(null.causes)
                        """)),
                .details(
                    Details(
                        "All \(null.changes.count) measures of the comparison", isDeferred: true,
                        [.table(ComparisonReport.table(null))])),
            ])
    }

    // MARK: In detail

    private var dimensions: Page.Section {
        let byProbe = Dictionary(grouping: records, by: \.probe)
        return Page.Section(
            "Dimension by dimension", anchor: "dimensions",
            [
                .paragraph(
                    "Open a dimension for its definition and numbers, a probe for all that was answered."
                )
            ]
                + zip(map.dimensions, run.suite.dimensions).map { mapped, asked in
                    .details(
                        DimensionReport(map: mapped, dimension: asked, records: byProbe).details())
                })
    }

    private var repeating: Page.Section {
        let config = map.config
        let facts = config.facts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return Page.Section(
            "Repeat and cite", anchor: "repeat",
            [
                .paragraph(
                    "The same model, suite, seed and versions give the same numbers, up to float noise."
                ),
                .code(Self.command(config)),
                .list(
                    facts.map { Prose($0) } + [
                        Prose("suite fingerprint: \(config.suiteFingerprint)")
                    ]),
                .paragraph(
                    """
                    Text of a small model is often poor. The numbers say how this model behaves on these probes in \
                    English, not what it would do for a person in need, and not what another model would do.
                    """),
            ])
    }

    /// The command that makes the same run, options as they are by default left out.
    private static func command(_ config: RunConfig) -> String {
        let (asked, usual) = (config.sampling, SamplingOptions())
        var words = ["keel", "eval", "--model", quoted(config.model), "--suite", config.suite]
        if config.quick { words.append("--quick") }
        words += [
            "--samples", "\(config.samples)", "--seed", "\(asked.seed)",
            "--temperature", "\(asked.temperature)", "--top-p", "\(asked.topP)",
            "--max-tokens", "\(asked.maxTokens)",
        ]
        if let topK = asked.topK { words += ["--top-k", "\(topK)"] }
        if asked.minP != usual.minP { words += ["--min-p", "\(asked.minP)"] }
        if asked.repetitionPenalty != usual.repetitionPenalty {
            words += ["--repetition-penalty", "\(asked.repetitionPenalty)"]
        }
        for text in asked.stop { words += ["--stop", quoted(text)] }
        if let system = config.system { words += ["--system", quoted(system)] }
        if let device = config.facts["device"], device != "cpu" { words += ["--device", device] }
        return (words + ["--out", "RUN"]).joined(separator: " ")
    }

    /// A word as a shell reads it back unchanged.
    private static func quoted(_ text: String) -> String {
        let plain = text.allSatisfy { $0.isLetter || $0.isNumber || "+-_./:".contains($0) }
        guard text.isEmpty || !plain else { return text }
        return "'"
            + text.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "'\\''") + "'"
    }
}
