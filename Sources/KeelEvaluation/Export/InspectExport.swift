import Foundation
import KeelFormats
import KeelLanguage

/// A run as an eval log of Inspect AI.
///
/// An answer is a sample whose epoch is the answer's number; the scores of a probe's continuations
/// are a sample of their own, `PROBE/gap`. Samples are written one by one.
struct InspectExport {
    /// How the file begins, and by which an earlier export is known.
    static let beginning = "{\"version\":2,\"status\":\""

    private let run: Run
    private let map: CharacterMap
    private let scores: [SampleRecord.Key: [String: InspectLog.Sample.Score]]
    private let generated: InspectLog.Usage
    private let present: Int
    private let planned: Set<SampleRecord.Key>

    init(_ run: Run) throws {
        self.run = run
        let records = try run.records()
        map = CharacterMap(of: run.suite, config: run.config, records: records)
        var scores: [SampleRecord.Key: [String: InspectLog.Sample.Score]] = [:]
        ReadingList(run.suite, run.config, records).forEach { reading in
            scores[reading.key, default: [:]][reading.metric.id] = reading.score
        }
        self.scores = scores
        planned = RunPlan(run.suite, samples: run.config.samples).keys
        present = Set(records.map(\.key)).intersection(planned).count
        generated = InspectLog.Usage(outputTokens: records.reduce(0) { $0 + ($1.tokens ?? 0) })
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
            guard let (dimension, probe) = places[record.probe] else { return }
            let sample = InspectSample(
                config: run.config, runID: runID, dimension: dimension, probe: probe
            )
            .sample(record, scores: scores[record.key] ?? [:])
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
            let id = try run.fingerprint
            let ids = Set(planned.map { InspectSample.id($0.probe, isGap: $0.isGap) }).sorted()
            var metadata = config.facts
            metadata["canary"] = run.suite.canary
            metadata["system"] = config.system
            metadata["min_p"] = "\(config.sampling.minP)"
            metadata["repetition_penalty"] = "\(config.sampling.repetitionPenalty)"
            return InspectLog.Spec(
                evalId: id, runId: id, created: try run.startedAt.formatted(.iso8601),
                task: config.suite, taskId: config.suiteFingerprint,
                taskVersion: config.suiteVersion, taskDescription: run.suite.about,
                taskArgs: .init(
                    quick: config.quick, samples: config.samples,
                    suiteFingerprint: config.suiteFingerprint),
                dataset: .init(name: config.suite, samples: ids.count, sampleIds: ids),
                model: config.model, modelGenerateConfig: generate,
                config: .init(epochs: config.samples),
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
                modelUsage: [run.config.model: generated])
        }
    }

    /// The metrics of all dimensions, each once, in the order in which they first come.
    private var metrics: [Metric] {
        var ids: Set<String> = []
        return map.dimensions.flatMap { $0.measurements.map(\.metric) }
            .filter { ids.insert($0.id).inserted }
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
                                probes: found.probes, clusters: found.clusters))
                    }
                }
                return score
            })
    }
}

extension ReadingList.Reading {
    /// The record that it was read from; of a pair, that of the probe that mirrors the other.
    fileprivate var key: SampleRecord.Key {
        let isGap = measure.kind == .gap || measure.quantity == .gap
        return .init(probe: probe.id, sample: isGap ? 0 : sample, isGap: isGap)
    }

    /// Nil where it is missing, or there was nothing to count in.
    fileprivate var score: InspectLog.Sample.Score? {
        guard let value, let exposure, exposure > 0 else { return nil }
        return .init(
            value: value / exposure * metric.per,
            metadata: metric.scale == .count ? .init(count: value, exposure: exposure) : nil)
    }
}

extension SampleRecord {
    /// Tokens generated; nil where the model does not tell.
    fileprivate var tokens: Int? {
        guard case .answer(let answer) = content else { return 0 }
        let counts = answer.replies.compactMap(\.tokens)
        return counts.count < answer.replies.count ? nil : counts.reduce(0, +)
    }
}
