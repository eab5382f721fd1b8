extension LabPlan {
    /// The group and all that its arms go back to: what lies below them, or is trained on.
    func lineage(of group: String) -> Set<String> {
        var found: Set<String> = []
        var open = [group]
        while let next = open.popLast() {
            guard found.insert(next).inserted, let arm = arms.first(where: { $0.group == next })
            else { continue }
            for id in [arm.start, arm.continues].compactMap(\.self) {
                if let source = arms.first(where: { $0.id == id }) { open.append(source.group) }
            }
        }
        return found
    }

    /// Domains whose rows must not count as unseen in a contrast.
    ///
    /// These are the narrow one, and those of every training by which the sides differ; what all sides
    /// have in common cancels.
    package func trained(_ terms: [LabEffect.Term]) -> Set<String> {
        var weights: [String: Double] = [:]
        for term in terms {
            for group in lineage(of: term.side.group) { weights[group, default: 0] += term.weight }
        }
        var domains: Set = [narrow]
        for (group, weight) in weights where abs(weight) > 1e-9 {
            guard let arm = arms.first(where: { $0.group == group }),
                case .advice(let own, _) = arm.rows.source
            else { continue }
            domains.formUnion(own)
        }
        return domains
    }
}
