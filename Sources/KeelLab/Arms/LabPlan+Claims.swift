extension LabPlan {
    /// Claims that arms of a plan may be chosen by; the seventh has a plan of its own.
    public static let selectable: Set<Int> = Set(1...10).subtracting([7])

    /// The arms that some claims need, with their controls and all that these start from.
    ///
    /// What is read of each arm stays as it is, so numbers are those that the same plan gives as a whole.
    /// - Throws: `LabError.unsupported` for no claim, or one that no arm of this plan is about.
    public func only(_ claims: Set<Int>) throws(LabError) -> LabPlan {
        var wanted: Set<String> = []
        for claim in claims {
            let own = groups(of: claim)
            guard !own.isEmpty, own.isSubset(of: Set(arms.map(\.group))) else {
                throw .unsupported(
                    "The plan “\(name)” has no arms for claim \(claim). Choose another claim, or the "
                        + "whole plan.")
            }
            for group in own { wanted.formUnion(lineage(of: group)) }
        }
        guard !wanted.isEmpty else { throw .unsupported("Name at least one claim.") }
        var plan = self
        plan.name =
            "\(name), claims \(claims.sorted().map(String.init).joined(separator: ", "))"
        plan.arms = arms.filter { wanted.contains($0.group) }
        return plan
    }

    private func groups(of claim: Int) -> Set<String> {
        switch claim {
        case 1, 5: [Group.good, Group.bad]
        case 2: Set(arms.map(\.group).filter { $0.hasPrefix("dose-") })
        case 3: [Group.good, Group.bad, Group.subtle]
        case 4:
            Set(
                [true, false].flatMap { lax in
                    [true, false].map { Group.policy(wrong: $0, lax: lax) }
                })
        case 6, 9: [Group.good, Group.bad]
        case 8:
            [
                Group.good, Group.bad, Group.mended("others"), Group.mended("neutral"),
                Group.relapsed,
            ]
        case 10: [Group.good, Group.bad, Group.blocked]
        default: []
        }
    }
}
