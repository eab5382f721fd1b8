import Foundation
import KeelFormats
import KeelLanguage

/// A part of a run as an eval log of Inspect AI: its answers, or its gaps.
///
/// A probe is a sample, and the number of an answer its epoch. Inspect's readers take it that all
/// samples have the same number of epochs, which is why gaps, scored once, have a log of their own.
/// Samples are written one by one.
struct InspectExport {
    /// The name of the task.
    static func task(_ config: RunConfig, _ format: ExportFormat) -> String {
        format == .inspectGaps ? "\(config.suite)-gaps" : config.suite
    }

    /// What tells this log from all others; Inspect takes two logs of one id for copies.
    static func id(_ run: Run, _ format: ExportFormat) throws -> String {
        FNV.hexadecimal(FNV.hash("\(try run.fingerprint) \(format.rawValue)".utf8))
    }

    /// How the file begins, and by which an earlier export is known: Inspect itself puts blanks.
    static let beginning = "{\"version\":2,\"status\":\""

    private let run: Run
    private let format: ExportFormat
    private let map: CharacterMap
    private let judge: String?
    private let scores: [SampleRecord.Key: [String: InspectLog.Sample.Score]]
    private let verdicts: [SampleRecord.Key: [InspectLog.Sample.Judged]]
    private let usage: [String: InspectLog.Usage]
    private let present: Int
    private let planned: Set<SampleRecord.Key>

    /// - Throws: `ExportError` where the suite asks for nothing of this kind; as `Run.records()`.
    init(_ run: Run, _ format: ExportFormat) throws {
        self.run = run
        self.format = format
        let isGaps = format == .inspectGaps
        planned = RunPlan(run.suite, samples: run.config.samples).keys
            .filter { $0.isGap == isGaps }
        guard !planned.isEmpty else {
            throw ExportError.nothing(suite: run.config.suite, format: format)
        }
        let records = try run.records()
        let judged = try run.judged()
        judge = judged?.judge.judge
        map = CharacterMap(of: run.suite, config: run.config, records: records, judged: judged)
        var scores: [SampleRecord.Key: [String: InspectLog.Sample.Score]] = [:]
        ReadingList(run.suite, run.config, records, judged: judged).forEach { reading in
            guard reading.measure.readsGaps == isGaps else { return }
            scores[reading.key, default: [:]][reading.metric.id] = reading.score(judged)
        }
        self.scores = scores
        verdicts = isGaps ? [:] : try run.verdicts(on: records, judged)
        present = Set(records.map(\.key)).intersection(planned).count
        let tokens = records.reduce(0) { $0 + ($1.tokens ?? 0) }
        usage = isGaps ? [:] : [run.config.model: .init(outputTokens: tokens)]
    }

    /// - Throws: As `Run.records()`; `FileError`.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // The order of the fields is part of the format: a reader of the head stops at the samples.
        var head = Data(Self.beginning.utf8)
        head += Data((present < planned.count ? "started\"" : "success\"").utf8)
        head += Data(",\"eval\":".utf8) + (try encoder.encode(spec))
        head += Data(",\"plan\":".utf8) + (try encoder.encode(plan))
        head += Data(",\"results\":".utf8) + (try encoder.encode(results))
        head += Data(",\"stats\":".utf8) + (try encoder.encode(stats))
        head += Data(",\"samples\":[".utf8)
        let file = try AtomicFile(path: path)
        try head.withUnsafeBytes { try file.write($0) }
        let places = places
        let runID = try run.fingerprint
        var separator = "\n"
        try run.forEachRecord { record in
            guard planned.contains(record.key), let (dimension, probe) = places[record.probe]
            else { return }
            var sample = InspectSample(
                config: run.config, runID: runID, dimension: dimension, probe: probe
            )
            .sample(record, scores: scores[record.key] ?? [:])
            sample.metadata.judged = verdicts[record.key]
            let line = Data(separator.utf8) + (try encoder.encode(sample))
            try line.withUnsafeBytes { try file.write($0) }
            separator = ",\n"
        }
        try Data("\n]}\n".utf8).withUnsafeBytes { try file.write($0) }
        try file.commit()
    }

    private var places: [String: (dimension: Dimension, probe: Probe)] {
        var places: [String: (Dimension, Probe)] = [:]
        for dimension in run.suite.dimensions {
            for probe in dimension.probes { places[probe.id] = (dimension, probe) }
        }
        return places
    }

    private var spec: InspectLog.Spec {
        get throws {
            let config = run.config
            let id = try Self.id(run, format)
            let ids = Set(planned.map(\.probe)).sorted()
            var metadata = config.facts
            metadata["canary"] = run.suite.canary
            metadata["system"] = config.system
            metadata["judge"] = judge
            metadata["min_p"] = "\(config.sampling.minP)"
            metadata["repetition_penalty"] = "\(config.sampling.repetitionPenalty)"
            return InspectLog.Spec(
                evalId: id, runId: try run.fingerprint,
                created: try run.startedAt.formatted(.iso8601),
                task: Self.task(config, format), taskId: id,
                taskVersion: config.suiteVersion, taskDescription: run.suite.about,
                taskArgs: .init(
                    quick: config.quick, samples: config.samples,
                    suiteFingerprint: config.suiteFingerprint),
                dataset: .init(name: config.suite, samples: ids.count, sampleIds: ids),
                model: config.model, modelGenerateConfig: generate,
                config: .init(epochs: format == .inspectGaps ? 1 : config.samples),
                packages: config.facts["keel"].map { ["keel": $0] } ?? [:], metadata: metadata,
                scorers: metrics.map { metric in
                    .init(
                        name: metric.id,
                        metadata: .init(
                            title: metric.title, unit: metric.unit, better: metric.better?.rawValue)
                    )
                })
        }
    }

    private var generate: InspectLog.Generate {
        let sampling = run.config.sampling
        return InspectLog.Generate(
            maxTokens: sampling.maxTokens, temperature: sampling.temperature, topP: sampling.topP,
            topK: sampling.topK, stopSeqs: sampling.stop.isEmpty ? nil : sampling.stop,
            seed: sampling.seed)
    }

    private var plan: InspectLog.Plan {
        let system = run.config.system.map {
            InspectLog.Plan.Step(solver: "system_message", params: ["template": $0])
        }
        return InspectLog.Plan(
            steps: [system, .init(solver: "generate", params: [:])].compactMap(\.self),
            config: generate)
    }

    private var stats: InspectLog.Stats {
        get throws {
            InspectLog.Stats(
                startedAt: try run.startedAt.formatted(.iso8601),
                completedAt: try run.endedAt.formatted(.iso8601),
                modelUsage: usage)
        }
    }

    /// The metrics that are read from this part, each once, in the order in which they first come.
    private var metrics: [Metric] {
        // What only a judge reads is not on the map of a run that was not judged.
        let isRead = Set(map.dimensions.flatMap(\.measurements).map(\.metric.id))
        var ids: Set<String> = []
        return run.suite.dimensions.flatMap(\.measures)
            .filter { $0.readsGaps == (format == .inspectGaps) }
            .flatMap(\.metrics).filter { isRead.contains($0.id) && ids.insert($0.id).inserted }
    }

    private var results: InspectLog.Results {
        InspectLog.Results(
            totalSamples: planned.count, completedSamples: present,
            scores: metrics.map { metric in
                var score = InspectLog.Results.Score(
                    name: metric.id, scorer: metric.id, scoredSamples: 0, unscoredSamples: 0)
                for dimension in map.dimensions {
                    guard let found = map.measurement(dimension.id, metric.id) else { continue }
                    score.scoredSamples += found.readings
                    score.unscoredSamples += found.missing
                    score.metrics[dimension.id] = found.value.map { value in
                        .init(
                            name: dimension.id, value: value,
                            metadata: .init(
                                low: found.interval?.lowerBound, high: found.interval?.upperBound,
                                readings: found.readings, missing: found.missing,
                                probes: found.probes, clusters: found.clusters,
                                corrected: found.judged?.corrected))
                    }
                }
                return score
            })
    }
}

extension ReadingList.Reading {
    /// The record that it was read from; of a pair, that of the probe that mirrors the other.
    fileprivate var key: SampleRecord.Key {
        .init(
            probe: probe.id, sample: measure.readsGaps ? 0 : sample, isGap: measure.readsGaps)
    }

    /// Nil where it is missing, or there was nothing to count in.
    fileprivate func score(_ judged: JudgedAnswers?) -> InspectLog.Sample.Score? {
        guard let value, let exposure, exposure > 0 else { return nil }
        let quotes = measure.rubric.flatMap { rubric in
            judged?.judgement(rubric: rubric, probe: probe.id, sample: sample).quotes
        }
        return .init(
            value: value / exposure * metric.per,
            explanation: quotes.flatMap { $0.isEmpty ? nil : $0.joined(separator: "\n") },
            metadata: metric.scale == .count ? .init(count: value, exposure: exposure) : nil)
    }
}

extension Measure {
    /// Whether it reads scored continuations, and no answer.
    fileprivate var readsGaps: Bool { kind == .gap || quantity == .gap }
}

extension SampleRecord {
    /// Tokens generated; nil where the model does not tell.
    fileprivate var tokens: Int? {
        guard case .answer(let answer) = content else { return 0 }
        let counts = answer.replies.compactMap(\.tokens)
        return counts.count < answer.replies.count ? nil : counts.reduce(0, +)
    }
}
