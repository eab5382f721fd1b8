import KeelStatistics

/// What a set of preferences holds, and what each principle changed in it.
public struct PreferenceSummary: Hashable, Sendable, Codable {
    /// What one principle changed in the data.
    public struct PrincipleEffect: Hashable, Sendable, Codable {
        public var principle: String
        public var rows: Int
        /// Rows in which the orders disagree.
        public var uncertain: Int
        /// Mean probability of the chosen answer; 0.5 teaches nothing.
        public var meanProbability: Double
        /// Words of chosen less words of rejected, on average, clustered by prompt; nil with
        /// fewer than two prompts, or without any spread.
        public var addedWords: Interval?
    }

    public var rows: Int
    public var origins: [PreferenceRecord.Origin: Int]
    public var principles: [PrincipleEffect]

    /// - Parameter records: Clustered by what they were asked.
    public init(_ records: [PreferenceRecord]) {
        rows = records.count
        origins = Dictionary(records.map { ($0.origin, 1) }, uniquingKeysWith: +)
        var names: [String] = []
        for name in records.compactMap(\.principle) where !names.contains(name) {
            names.append(name)
        }
        principles = names.map { name in
            let own = records.filter { $0.principle == name }
            return PrincipleEffect(
                principle: name, rows: own.count,
                uncertain: own.count { $0.agreement == .uncertain },
                meanProbability: own.reduce(0) { $0 + $1.chosenProbability } / Double(own.count),
                addedWords: (try? ClusteredSample(
                    own.map { Double($0.addedWords) }, labels: own.map(\.prompt)
                ).mean()).map(Interval.init))
        }
    }
}
