/// What is asked of a model, and how the answers are read: dimensions of character with probes.
public struct Suite: Hashable, Sendable, Codable {
    /// What runs and reports call it.
    public var name: String
    /// What runs keep of it, beside a digest of the whole.
    public var version: String
    /// A string that marks the text as evaluation data, so that it can be kept out of training.
    public var canary: String
    /// What the suite is for, in a sentence or two.
    public var about: String
    /// What judge models are asked.
    public var rubrics: [Rubric]
    /// In the order in which a map shows them.
    public var dimensions: [Dimension]

    /// How many clusters of each dimension `quick` keeps.
    public static let quickClusters = 4

    /// The small fixed part for a first look: the first four clusters of each dimension.
    ///
    /// Whole clusters are kept, so mirrored pairs stay together.
    public var quick: Suite {
        var suite = self
        for index in suite.dimensions.indices {
            suite.dimensions[index].keepClusters(Self.quickClusters)
        }
        return suite
    }

    /// The dimension of this id.
    public func dimension(_ id: String) -> Dimension? {
        dimensions.first { $0.id == id }
    }

    /// The rubric of this id.
    public func rubric(_ id: String) -> Rubric? {
        rubrics.first { $0.id == id }
    }

    /// Whether a second model has to play the user in some talk.
    public var needsUser: Bool {
        dimensions.contains { $0.probes.contains(where: \.needsUser) }
    }
}

/// One trait, measured from both sides: the behaviour, and the error one commits by overdoing it.
public struct Dimension: Hashable, Sendable, Codable {
    /// Unique in a suite.
    public var id: String
    public var title: String
    /// What counts as the behaviour.
    public var behaviour: String
    /// Its opposite error.
    public var opposite: String
    /// How probes are read; the first is the dimension's headline.
    public var measures: [Measure]
    /// Of two clusters at least.
    public var probes: [Probe]

    /// Whether the probe's written continuations are scored.
    func scores(_ probe: Probe) -> Bool {
        !probe.good.isEmpty
    }

    /// Whether answers to the probe are sampled, for one of the measures.
    func samples(_ probe: Probe) -> Bool {
        measures.contains { $0.needsAnswers(to: probe) }
    }

    /// Whether the continuations are scored after each of the probe's talks too.
    func scoresEnd(_ probe: Probe) -> Bool {
        !probe.talk.isEmpty && scores(probe) && measures.contains { $0.kind == .drift }
    }

    fileprivate mutating func keepClusters(_ count: Int) {
        var kept: [String] = []
        for probe in probes where kept.count < count && !kept.contains(probe.cluster) {
            kept.append(probe.cluster)
        }
        probes.removeAll { !kept.contains($0.cluster) }
    }
}
