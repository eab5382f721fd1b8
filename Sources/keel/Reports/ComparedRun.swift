import KeelEvaluation

/// One of two runs that are compared, read once: its map, readings and samples of the shared part.
struct ComparedRun {
    var map: CharacterMap
    var readings: ProbeReadings
    /// The verdicts of a judge, where both runs have the same one.
    var judged: JudgedAnswers?
    var shown: ShownAnswers
    /// What is shown, by probe.
    var records: [String: [SampleRecord]]

    /// Two runs share the room of a page.
    private static let budget = ShownAnswers.budget / 2

    /// Reads the samples.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - suite: What both runs asked.
    ///   - withJudge: Whether the judged rates of the runs can be compared.
    /// - Throws: What reading the samples and verdicts throws.
    init(_ run: Run, suite: Suite, withJudge: Bool) throws {
        let all = try run.records()
        judged = withJudge ? try run.judged() : nil
        map = CharacterMap(of: suite, config: run.config, records: all, judged: judged)
        readings = ProbeReadings(of: suite, config: run.config, records: all, judged: judged)
        let probes = Set(suite.dimensions.flatMap(\.probes).map(\.id))
        let own = all.filter { probes.contains($0.probe) }
        shown = ShownAnswers(own, budget: Self.budget)
        records = Dictionary(grouping: shown.of(own), by: \.probe)
    }
}
