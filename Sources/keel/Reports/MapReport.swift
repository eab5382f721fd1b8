package import KeelEvaluation
import KeelLanguage
package import KeelReport

/// A run's map as a page: all dimensions at a glance, then each with its probes and answers.
package struct MapReport {
    var run: Run
    var map: CharacterMap
    var records: [SampleRecord]
    var failures: [Run.Failure]
    /// The same model against itself under another seed.
    var null: Comparison?

    package init(
        run: Run, map: CharacterMap, records: [SampleRecord], failures: [Run.Failure],
        null: Comparison? = nil
    ) {
        self.run = run
        self.map = map
        self.records = records
        self.failures = failures
        self.null = null
    }

    /// The page.
    /// - Throws: What reading a judge's verdicts throws.
    package func page() throws -> Page {
        let judged = try run.judged()
        let overview = MapOverview(suite: run.suite, map: map, null: null)
        return Page(
            title: "The character of \(map.config.model)",
            lede: """
                How the model tends to behave on \(run.suite.dimensions.count) dimensions of the suite \
                \(code: map.config.suite), and how sure that is. Intervals hold in 95 of 100 repetitions with other \
                probes of the same kind.
                """,
            facts: facts + [judged.map(Self.judge)].compactMap(\.self),
            sections: [overview.section()]
                + [null.map { NullSection(null: $0).section() }].compactMap(\.self)
                + [dimensions(judged), repeating(judged)],
            withoutScript:
                "All answers are in \(code: "samples.jsonl") of the run's folder, \(run.config.samples) to each probe that is sampled."
        )
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
                temperature \(map.config.sampling.temperature), top\u{2011}p \(map.config.sampling.topP), at most \
                \(map.config.sampling.maxTokens) tokens, seed \(map.config.sampling.seed)
                """),
            Page.Fact("Missing readings", Prose(missing)),
        ]
    }

    /// Who judged the answers, and on how many labelled ones its errors are known.
    private static func judge(_ judged: JudgedAnswers) -> Page.Fact {
        let labelled = judged.calibration.map { "calibrated on \($0.items.count) labelled answers" }
        let words = ["\(judged.judge.reading.rawValue) reading", labelled ?? "not calibrated"]
        return Page.Fact(
            "Judge", "\(code: judged.judge.judge), \(words.joined(separator: ", "))")
    }

    /// How many readings are not there, and why.
    private var missing: String {
        // Verdicts that are missing have reasons of their own, which stand with the judged rates.
        let primary = map.dimensions.flatMap(\.measurements)
            .filter { $0.metric.isPrimary && $0.judged == nil }
        let missing = primary.reduce(0) { $0 + $1.missing }
        let asked = primary.reduce(missing) { $0 + $1.readings }
        let why =
            failures.isEmpty
            ? "the answer was cut off before its end could be judged"
            : "the model failed at \(failures.count), the first because: \(failures[0].reason)"
        return "\(missing) of \(asked)" + (missing == 0 ? "" : "; \(why)")
    }

    private func dimensions(_ judged: JudgedAnswers?) -> Page.Section {
        let shown = ShownAnswers(records)
        let byProbe = Dictionary(grouping: shown.of(records), by: \.probe)
        let readings = ProbeReadings(
            of: run.suite, config: map.config, records: records, judged: judged)
        return Page.Section(
            "Dimension by dimension", anchor: "dimensions",
            [
                .paragraph(
                    "Open a dimension for its definition and numbers, a probe for all that was answered."
                )
            ]
                + [shown.remark].compactMap(\.self).map {
                    .callout(Callout(.note, title: "Not all answers are on this page", Prose($0)))
                }
                + zip(map.dimensions, run.suite.dimensions).map { mapped, asked in
                    .details(
                        DimensionReport(
                            map: mapped, dimension: asked, records: byProbe, readings: readings,
                            judged: judged
                        ).details())
                })
    }

    private func repeating(_ judged: JudgedAnswers?) -> Page.Section {
        Page.Section(
            "Repeat and cite", anchor: "repeat",
            [
                .paragraph(
                    "The same model, suite, seed and versions give the same numbers, up to float noise."
                )
            ] + RunCitation(config: map.config).blocks
                + (judged.map { JudgeCitation(judged: $0).blocks } ?? []) + [
                    .paragraph(
                        """
                        Text of a small model is often poor. The numbers say how this model behaves on these probes in \
                        English, not what it would do for a person in need, and not what another model would do.
                        """)
                ])
    }
}
