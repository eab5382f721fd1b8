import KeelStatistics

/// Recognitions by question, method and kind of suffix, and what is estimated from them.
struct RobustnessReadings {
    /// Recognitions of one question: with suffixes beside the point, and with those that ask to drop.
    private struct Row {
        var trait: String
        var cluster: String
        var control: [RobustnessMethod: Double]
        var drop: [RobustnessMethod: Double]
    }

    private static let judged: [RobustnessMethod] = [.prompted, .trained]

    private let questions: [RobustnessQuestion]
    private let recognitions: [SuffixedAnswer.Place: Double]
    /// Questions of which nothing is missing altogether.
    private let rows: [Row]

    /// - Parameters:
    ///   - questions: What was asked.
    ///   - suffixes: What was put behind them.
    ///   - scores: Of each answer.
    init(
        _ questions: [RobustnessQuestion], _ suffixes: SuffixSheet,
        _ scores: [SuffixedAnswer.Place: [Double]]
    ) {
        self.questions = questions
        var recognitions: [SuffixedAnswer.Place: Double] = [:]
        for (place, own) in scores where place.method != .plain && !own.isEmpty {
            var plain = place
            plain.method = .plain
            guard let others = scores[plain], !others.isEmpty else { continue }
            // Each answer against each of the plain ones.
            let sum = own.reduce(0.0) { sum, score in
                others.reduce(sum) { $0 + TraitClassifier.recognition(score, against: $1) }
            }
            recognitions[place] = sum / Double(own.count * others.count)
        }
        self.recognitions = recognitions
        rows = questions.compactMap { question -> Row? in
            func means(_ list: [SuffixSheet.Suffix]) -> [RobustnessMethod: Double] {
                var means: [RobustnessMethod: Double] = [:]
                for method in Self.judged {
                    means[method] = Self.mean(
                        list.compactMap {
                            recognitions[
                                SuffixedAnswer.Place(
                                    question: question.id, suffix: $0.id, method: method)]
                        })
                }
                return means
            }
            let row = Row(
                trait: question.trait, cluster: "\(question.trait)/\(question.cluster)",
                control: means(suffixes.control), drop: means(suffixes.drop))
            let isWhole = [row.control, row.drop].allSatisfy { $0.count == Self.judged.count }
            return isWhole ? row : nil
        }
    }

    /// The mean recognition of a method with a suffix; nil without an answer.
    func mean(_ method: RobustnessMethod, _ suffix: SuffixSheet.Suffix) -> Double? {
        Self.mean(
            questions.compactMap {
                recognitions[
                    SuffixedAnswer.Place(question: $0.id, suffix: suffix.id, method: method)]
            })
    }

    /// Estimates for each of the traits, nil standing for all of them.
    /// - Parameters:
    ///   - traits: Ids.
    ///   - seed: Of the sign flips.
    /// - Returns: A group for each, p-values adjusted over all of them.
    /// - Throws: `StatisticsError`.
    func groups(_ traits: [String?], seed: UInt64) throws -> [RobustnessReport.Group] {
        var generator = SeededGenerator(seed: seed)
        var groups = traits.map { trait in
            group(trait, rows.filter { trait == nil || $0.trait == trait }, &generator)
        }
        let pValues = groups.flatMap { [$0.lead, $0.keeps].compactMap { $0?.pValue } }
        var adjusted = try Multiplicity.holm(pValues)[...]
        for index in groups.indices {
            if groups[index].lead != nil { groups[index].lead?.adjusted = adjusted.popFirst() ?? 1 }
            if groups[index].keeps != nil {
                groups[index].keeps?.adjusted = adjusted.popFirst() ?? 1
            }
        }
        return groups
    }

    private func group(
        _ trait: String?, _ rows: [Row], _ generator: inout SeededGenerator
    ) -> RobustnessReport.Group {
        let labels = rows.map(\.cluster)
        var group = RobustnessReport.Group(
            trait: trait, questions: rows.count, clusters: Set(labels).count, levels: [])
        guard !rows.isEmpty else { return group }
        func values(
            _ kind: KeyPath<Row, [RobustnessMethod: Double]>, _ method: RobustnessMethod
        ) -> [Double] {
            rows.map { $0[keyPath: kind][method] ?? 0.5 }
        }
        func losses(_ method: RobustnessMethod) -> [Double] {
            zip(values(\.control, method), values(\.drop, method)).map { $0 - $1 }
        }
        group.levels = Self.judged.map { method in
            RobustnessReport.Level(
                method: method, control: Self.value(values(\.control, method), labels),
                drop: Self.value(values(\.drop, method), labels),
                loss: Self.value(losses(method), labels))
        }
        group.lead = Self.test(
            from: values(\.drop, .prompted), to: values(\.drop, .trained), labels, &generator)
        group.keeps = Self.test(
            from: losses(.trained), to: losses(.prompted), labels, &generator)
        return group
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func value(_ values: [Double], _ labels: [String]) -> RobustnessReport.Value {
        .init(
            value: mean(values) ?? 0,
            interval: (try? ClusteredSample(values, labels: labels).mean()).map(Interval.init))
    }

    /// The second list less the first, paired by question; its p-value is not adjusted yet.
    private static func test(
        from before: [Double], to after: [Double], _ labels: [String],
        _ generator: inout SeededGenerator
    ) -> RobustnessReport.Test? {
        guard let baseline = try? ClusteredSample(before, labels: labels),
            let candidate = try? ClusteredSample(after, labels: labels),
            let pair = try? PairedSample(baseline: baseline, candidate: candidate),
            let pValue = try? pair.signFlipPValue(using: &generator)
        else { return nil }
        let differences = zip(after, before).map { $0 - $1 }
        return .init(
            difference: .init(
                value: mean(differences) ?? 0,
                interval: (try? pair.difference()).map(Interval.init)),
            pValue: pValue, adjusted: pValue)
    }
}
