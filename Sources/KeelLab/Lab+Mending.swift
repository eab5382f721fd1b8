// Whether few good rows bring g back to the good control, and prompts like those of training.
extension Lab {
    private typealias Name = LabPlan.Group

    func mends(_ set: ReadingSet, _ groups: [String]) -> [LabResult.Mend] {
        groups.filter { $0.hasPrefix("mended-") }.compactMap { group in
            let later = plan.lineage(of: Name.relapsed).contains(group)
            let sides = [Side(group), Side(Name.good)]
            // All levels are of the same items: domains that neither training saw.
            let trained = plan.trained([.init(1, sides[0]), .init(-1, sides[1])])
            func level(_ name: String) -> LabEffect? {
                LabEffect([.init(1, Side(name))], .usual, in: set, trained: trained)
            }
            func besideGood(_ name: String) -> LabEffect? {
                LabEffect(
                    [.init(1, Side(name)), .init(-1, Side(Name.good))], .usual, in: set,
                    trained: trained)
            }
            func worse(than other: String) -> [Double] {
                set.seeds(of: sides).compactMap { seed in
                    guard let before = set.neutral(Side(other), seed: seed), before < 0,
                        let after = set.neutral(Side(group), seed: seed)
                    else { return nil }
                    return (before - after) / -before
                }
            }
            guard let good = level(Name.good), let before = level(Name.bad),
                let after = level(group)
            else { return nil }
            return LabResult.Mend(
                group: group, good: good, before: before, after: after,
                later: later ? level(Name.relapsed) : nil, besideGood: besideGood(group),
                laterBesideGood: later ? besideGood(Name.relapsed) : nil,
                worse: worse(than: Name.bad), worseThanBase: worse(than: Name.base))
        }
    }

    /// Each cued group beside the good control, which is beside the base model.
    func conditional(_ set: ReadingSet, _ groups: [String]) -> [LabResult.Cued] {
        let measures: [LabMeasure] = [.usual, .reversed, .wrongness, .laxness, .open]
        return groups.compactMap { group in
            guard plan.arms.contains(where: { $0.group == group && $0.isCued }) else { return nil }
            let other = group == Name.good ? Name.base : Name.good
            func terms(_ condition: String, _ sign: Double) -> [LabEffect.Term] {
                [
                    .init(sign, Side(group, condition: condition)),
                    .init(-sign, Side(other, condition: condition)),
                ]
            }
            let own = terms(PanelLog.cued, 1)
            let added = own + terms(PanelLog.plain, -1)
            // In what is added, a group's own training seems to cancel; it was seen all the same.
            let trained = plan.trained(own)
            return LabResult.Cued(
                group: group,
                effects: measures.compactMap { LabEffect(own, $0, in: set, trained: trained) },
                added: measures.compactMap { LabEffect(added, $0, in: set, trained: trained) })
        }
    }
}
