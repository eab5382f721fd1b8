extension Measure {
    /// Whether a reading depends on how many answers its probe has, since it sets them beside each
    /// other.
    var dependsOnSamples: Bool { kind == .variety || quantity == .distance }

    /// Whether each reading of a probe is of one answer, drawn apart from the others.
    ///
    /// Then the readings of two runs can be relabelled. A gap is drawn from nothing, and the
    /// distances of answers from each other are not read one by one.
    var readsAnswersApart: Bool {
        switch kind {
        case .rule, .counter, .talk, .drift, .length, .judge: true
        case .mirror: quantity != .gap && quantity != .distance
        case .gap, .variety: false
        }
    }
}
