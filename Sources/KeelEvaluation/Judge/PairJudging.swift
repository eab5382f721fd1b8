public import Foundation
public import KeelLanguage
import KeelStatistics

/// A judge that compares the answers of two runs, one with its counterpart, in both orders.
public struct PairJudging: Sendable {
    private let rubric: Rubric
    private let baseline: Run
    private let candidate: Run
    private let config: JudgeConfig
    private let folder: URL
    private let log: JudgeLog<Preference>
    private let pairs: [Pair]

    private struct Pair: Sendable {
        var question: PairQuestion
        var cluster: String
        /// Equal words are equal without a judge.
        var isIdentical: Bool { question.baseline == question.candidate }
    }

    private static let fileName = "preferences.json"

    /// Begins a comparison in a folder, or takes up that of the same judge.
    ///
    /// - Parameters:
    ///   - baseline: A run.
    ///   - candidate: A run of the same suite.
    ///   - rubric: The id of a rubric by which dimensions of the suite are judged.
    ///   - config: The judge, with this rubric.
    ///   - folder: Where its votes go.
    /// - Throws: `RunError.differentSuites`; `JudgeError`; what reading the runs throws.
    public init(
        _ baseline: Run, against candidate: Run, rubric: String, by config: JudgeConfig,
        in folder: URL
    ) throws {
        try baseline.requireSameSuite(as: candidate)
        self.rubric = try baseline.suite.requireRubric(rubric)
        self.baseline = baseline
        self.candidate = candidate
        self.config = config
        self.folder = folder
        pairs = Self.pairs(
            baseline, self.rubric, SampleRecord.answers(in: try baseline.records()),
            SampleRecord.answers(in: try candidate.records()))
        guard !pairs.isEmpty else { throw JudgeError.nothingInCommon }
        log = try JudgeLog(folder: folder, config: config)
    }

    private static func pairs(
        _ run: Run, _ rubric: Rubric, _ before: [SampleRecord.Key: SampleRecord.Answer],
        _ after: [SampleRecord.Key: SampleRecord.Answer]
    ) -> [Pair] {
        let judged = run.suite.dimensions.filter { dimension in
            dimension.measures.contains { $0.rubric == rubric.id }
        }
        return judged.flatMap(\.probes).flatMap { probe in
            (0..<run.config.samples).compactMap { sample in
                let key = SampleRecord.Key(probe: probe.id, sample: sample, isGap: false)
                guard let one = before[key], let other = after[key] else { return nil }
                return Pair(
                    question: PairQuestion(
                        rubric: rubric, probe: probe.id, sample: sample, before: probe.asked,
                        baseline: one.messages, candidate: other.messages),
                    cluster: probe.cluster)
            }
        }
    }

    /// Asks the judge for the votes that are missing; as `Judging.collect`.
    /// - Throws: `CancellationError`; errors of reading and writing the votes.
    public func collect(
        from model: any ChatModel, concurrency: Int = 16,
        progress: (Run.Progress) -> Void = { _ in }
    ) async throws -> [Run.Failure] {
        try await log.collect(
            on: pairs.filter { !$0.isIdentical }.map(\.question), from: model,
            concurrency: concurrency, progress: progress)
    }

    /// What the votes so far come to, which it also writes to `preferences.json`.
    /// - Throws: Errors of reading the votes and writing the file.
    public func preferences() throws -> Preferences {
        let asked = pairs.filter { !$0.isIdentical }
        let questions = asked.map(\.question)
        let judgements = try log.judgements(on: questions)
        let votes = try log.votes(on: questions)
        var result = Preferences(
            judge: config, rubric: rubric, baseline: baseline.config, candidate: candidate.config,
            pairs: pairs.count, identical: pairs.count - asked.count)
        var shares = ClusteredShare()
        var places = ClusteredShare()
        for (index, judgement) in judgements.enumerated() {
            let cluster = asked[index].cluster
            switch judgement.outcome {
            case .missing(let reason): result.missing[reason, default: 0] += 1
            case .decided(.equal): result.equal += 1
            case .decided(.baseline):
                result.baselinePreferred += 1
                shares.add(true, cluster)
            case .decided(.candidate):
                result.candidatePreferred += 1
                shares.add(false, cluster)
            }
            for vote in votes[index] {
                guard let pick = Judgement.pick(vote, config.reading), pick != .equal else {
                    continue
                }
                places.add(pick == vote.order.first, cluster)
            }
        }
        result.baselineShare = shares.estimate
        result.firstPlaceShare = places.estimate
        try Run.write(result, to: folder.appending(component: Self.fileName))
        return result
    }
}

/// Which of two runs a judge prefers by a rubric, and how much the places did to it.
///
/// The fields are those of `preferences.json`.
public struct Preferences: Hashable, Sendable, Codable {
    public var judge: JudgeConfig
    /// What the better answer shows more of.
    public var rubric: Rubric
    public var baseline: RunConfig
    public var candidate: RunConfig
    /// Answers with a counterpart.
    public var pairs: Int
    /// Pairs of the same words, which were not asked.
    public var identical: Int
    /// Pairs decided alike in both orders.
    public var baselinePreferred = 0
    /// Pairs decided for the candidate in both orders.
    public var candidatePreferred = 0
    /// Pairs that the judge called equal in both orders.
    public var equal = 0
    /// Pairs without a verdict, by reason.
    public var missing: [MissingVerdict: Int] = [:]
    /// The baseline's share of the decided pairs, clustered; 0.5 is no preference.
    public var baselineShare: IntervalEstimate?
    /// The share of all picks that fell on the answer shown first; 0.5 is no bias of position.
    public var firstPlaceShare: IntervalEstimate?
}

/// Zeros and ones with their clusters.
private struct ClusteredShare {
    private var values: [Double] = []
    private var labels: [String] = []

    mutating func add(_ holds: Bool, _ cluster: String) {
        values.append(holds ? 1 : 0)
        labels.append(cluster)
    }

    /// Nil with fewer than two clusters.
    var estimate: IntervalEstimate? {
        (try? ClusteredSample(values, labels: labels).rate()).map(IntervalEstimate.init)
    }
}

extension Suite {
    /// The rubric of this id, if a dimension is judged by it.
    /// - Throws: `JudgeError.noRubric`.
    public func requireRubric(_ id: String) throws(JudgeError) -> Rubric {
        let used = Set(dimensions.flatMap(\.measures).compactMap(\.rubric))
        guard used.contains(id), let rubric = rubric(id) else {
            throw .noRubric(id, known: rubrics.map(\.id).filter(used.contains))
        }
        return rubric
    }
}

extension Run {
    func requireSameSuite(as other: Run) throws(RunError) {
        guard config.suiteFingerprint == other.config.suiteFingerprint else {
            throw .differentSuites(
                "\(config.suite) \(config.suiteFingerprint)",
                "\(other.config.suite) \(other.config.suiteFingerprint)")
        }
    }
}
