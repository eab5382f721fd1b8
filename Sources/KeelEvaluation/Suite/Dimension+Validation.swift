extension Dimension {
    /// Checks what holds between a dimension's fields.
    ///
    /// - Parameters:
    ///   - field: The dimension in its file.
    ///   - places: Its probes in the file, in their order.
    /// - Throws: `SuiteError`, at the first defect.
    func validate(at field: YAMLField, probes places: [YAMLField]) throws(SuiteError) {
        if let cluster = probes.first?.cluster, probes.allSatisfy({ $0.cluster == cluster }) {
            throw field.error(.oneCluster(cluster))
        }
        for (probe, place) in zip(probes, places) {
            try validate(probe, at: place)
        }
        for measure in measures {
            try validate(measure, at: field)
        }
        try validateMirrors(places)
    }

    private func validate(_ measure: Measure, at field: YAMLField) throws(SuiteError) {
        let missing: String? =
            switch measure.kind {
            case .gap where !probes.contains(where: scores): "good"
            case .rule where !probes.contains(where: \.hasRule): "behaviour"
            case .mirror where !probes.contains { $0.mirrors != nil }: "mirrors"
            case .talk where !probes.contains { !$0.talk.isEmpty && $0.hasRule }: "talk"
            case .drift where !probes.contains(where: scoresEnd): "talk"
            default: nil
            }
        if measure.quantity == .judge, !measures.contains(where: { $0.kind == .judge }) {
            throw field.error(.fieldWithoutMeasure(field: "of: judge", measure: "judge"))
        }
        if let missing {
            throw field.error(
                .measureWithoutProbes(measure: measure.kind.rawValue, field: missing))
        }
    }

    private func validate(_ probe: Probe, at place: YAMLField) throws(SuiteError) {
        let kinds = measures.map(\.kind)
        if probe.good.isEmpty != probe.bad.isEmpty {
            throw place.error(
                probe.good.isEmpty
                    ? .halfGap(present: "bad", absent: "good")
                    : .halfGap(present: "good", absent: "bad"))
        }
        if let both = probe.good.first(where: probe.bad.contains) {
            throw place.error(.sameContinuation(both))
        }
        let readsGaps = kinds.contains { [.gap, .mirror, .drift].contains($0) }
        if scores(probe), !readsGaps {
            throw place.error(.fieldWithoutMeasure(field: "good", measure: "gap"))
        }
        if probe.hasRule, !kinds.contains(.rule), !kinds.contains(.talk) {
            throw place.error(.fieldWithoutMeasure(field: "behaviour", measure: "rule"))
        }
        if probe.mirrors != nil, !kinds.contains(.mirror) {
            throw place.error(.fieldWithoutMeasure(field: "mirrors", measure: "mirror"))
        }
        if !probe.talk.isEmpty, !samples(probe) {
            throw place.error(.talkWithoutMeasure)
        }
        if !scores(probe), !samples(probe) {
            throw place.error(.unmeasured)
        }
    }

    private func validateMirrors(_ places: [YAMLField]) throws(SuiteError) {
        let needsGaps = measures.contains { $0.quantity == .gap }
        var mirrored: Set<String> = []
        for (probe, place) in zip(probes, places) {
            guard let id = probe.mirrors else { continue }
            guard let first = probes.first(where: { $0.id == id }) else {
                throw place.error(.badMirror("names \"\(id)\", which is not in this dimension."))
            }
            if first.cluster != probe.cluster {
                throw place.error(
                    .badMirror("joins two clusters. Put both probes of a pair in one."))
            }
            if first.mirrors != nil || first.id == probe.id || !mirrored.insert(id).inserted {
                throw place.error(.badMirror("must make pairs: \"\(id)\" is in another one."))
            }
            if needsGaps, !scores(first) || !scores(probe) {
                throw place.error(
                    .badMirror("needs \"good\" and \"bad\" on both probes of the pair."))
            }
        }
    }
}
