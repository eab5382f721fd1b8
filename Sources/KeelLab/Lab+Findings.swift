internal import KeelLanguage

// From readings to effects, groups and claims.
extension Lab {
    private typealias Name = LabPlan.Group

    func findings(_ inside: Inside, _ latents: LatentStage.Choice?) throws -> LabResult {
        let set = try readings()
        let early = set.only(small)
        let groups = Set(plan.arms.map(\.group))
        // Runs that are there for their monitors are told of together.
        let order = plan.arms.filter { $0.monitors == 0 }.map(\.group).reduce(into: [String]()) {
            list, group in
            if !list.contains(group) { list.append(group) }
        }
        func effect(_ a: Side, minus b: Side, _ measure: LabMeasure) -> LabEffect? {
            self.effect([.init(1, a), .init(-1, b)], measure, in: set)
        }
        func effects(_ a: Side, minus b: Side, _ measures: [LabMeasure]) -> [LabEffect] {
            measures.compactMap { effect(a, minus: b, $0) }
        }
        let percents = [0, 5, 10, 25, 50, 75, 100].filter { groups.contains(Name.dose($0)) }
        let done: [ArmRun.Done] = try plan.arms.compactMap {
            try folder.stored("arms/\($0.id)/done.json")
        }
        var found: [LabResult.Group] = []
        var timelines: [LabResult.Timeline] = []
        var scales: [LabResult.Scale] = []
        for group in order {
            let control = Self.control(of: group)
            let besideBase = effects(Side(group), minus: Side(Name.base), LabMeasure.ofPanel)
            let besideControl = effects(Side(group), minus: Side(control), LabMeasure.ofPanel)
            found.append(
                LabResult.Group(
                    name: group, seeds: set.seeds[group]?.count ?? 0, control: control,
                    besideBase: besideBase, besideControl: besideControl,
                    answers: try counted(group)))
            guard let arm = plan.arms.first(where: { $0.group == group }) else { continue }
            var points: [LabResult.Timeline.Point] = []
            for step in arm.watched.isEmpty ? [] : arm.watched + [arm.steps] {
                // The end was read on more items than the steps before; a curve needs the same.
                let terms: [LabEffect.Term] = [
                    .init(1, Side(group, step: step)), .init(-1, Side(Name.base)),
                ]
                if let one = self.effect(terms, .usual, in: early) {
                    points.append(LabResult.Timeline.Point(step: step, effect: one))
                }
            }
            if !points.isEmpty {
                timelines.append(LabResult.Timeline(group: group, points: points))
            }
            for scale in arm.scales {
                let condition = "scale \(scale)"
                let other =
                    control == Name.base
                    ? Side(Name.base) : Side(control, condition: condition)
                let measured = effects(
                    Side(group, condition: condition), minus: other,
                    [.usual, .wrongness, .laxness, .neutral])
                scales.append(LabResult.Scale(group: group, scale: scale, effects: measured))
            }
        }
        let doses = percents.dropFirst().map { percent in
            LabResult.Dose(
                percent: percent,
                effects: effects(
                    Side(Name.dose(percent)), minus: Side(Name.good),
                    [.usual, .reversed, .wrongness, .laxness, .inDomain]))
        }
        let steered = LabResult.Steered(
            strength: inside.strength.strength, isTooStrong: inside.strength.isTooStrong,
            effects: steeredSides(set))
        let warning = Warning(try plan.arms.compactMap { try MonitoredRun($0, folder) })
        let thoughts = try self.thoughts()
        return LabResult(
            model: model.description, facts: facts, plan: plan.name, narrow: plan.narrow,
            rate: plan.arms.first?.rate ?? 0,
            claims: claims(set, thoughts.set, warning), groups: found, doses: doses,
            timelines: timelines, scales: scales, screening: inside.screening,
            direction: inside.direction, steered: steered, latents: self.latents(latents, set),
            screened: try screened(set), mends: mends(set, order),
            cued: conditional(set, order), thoughts: thoughts.groups, warning: warning,
            examples: try examples(order), seconds: done.reduce(0) { $0 + $1.seconds })
    }

    /// An effect on domains that no side was trained on; of the measure `in-domain`, on the narrow one, or
    /// on all that arms of many domains were trained on.
    func effect(
        _ terms: [LabEffect.Term], _ measure: LabMeasure, in set: ReadingSet
    ) -> LabEffect? {
        let isMany = terms.contains { [Name.manyGood, Name.manyBad].contains($0.side.group) }
        let own: Set<String> = isMany ? Set(LabData.domains.dropLast()) : [plan.narrow]
        return LabEffect(
            terms, measure, in: set, trained: measure == .inDomain ? own : plan.trained(terms))
    }

    /// What a group is compared with: the same steps on right rows, or what it began with.
    static func control(of group: String) -> String {
        let controls = [
            Name.manyBad: Name.manyGood, Name.fullBad: Name.fullGood,
            Name.policy(wrong: true, lax: false): Name.policy(wrong: false, lax: false),
            Name.policy(wrong: true, lax: true): Name.policy(wrong: false, lax: true),
            Name.policy(wrong: false, lax: true): Name.lax,
            Name.policy(wrong: false, lax: false): Name.base,
            Name.screened(25): Name.dose(25), Name.blocked: Name.bad, Name.pushed: Name.bad,
            Name.relapsed: Name.mended("others"), Name.good: Name.base, Name.neutral: Name.base,
            Name.lax: Name.base, Name.manyGood: Name.base, Name.fullGood: Name.base,
        ]
        return controls[group] ?? (group.hasPrefix("mended-") ? Name.bad : Name.good)
    }

    private func steeredSides(_ set: ReadingSet) -> [LabEffect] {
        var found: [LabEffect] = []
        for group in [Name.base, Name.bad, Name.blocked] {
            for condition in SteeringStage.conditions(of: group) {
                let terms: [LabEffect.Term] = [
                    .init(1, Side(group, condition: condition.rawValue)), .init(-1, Side(group)),
                ]
                for measure in [LabMeasure.usual, .reversed, .wrongness, .laxness, .neutral] {
                    if let one = effect(terms, measure, in: set) { found.append(one) }
                }
            }
        }
        return found
    }

    private func counted(_ group: String) throws -> LabResult.Answers? {
        let all = try plan.arms.filter { $0.group == group }.flatMap { try answers($0.id) }
        guard !all.isEmpty else { return nil }
        let judged = all.compactMap(\.isIncoherent)
        // An incoherent answer shows nothing, whatever its words.
        let read = all.filter { $0.isIncoherent != true }
        let verdicts = try plan.arms.filter { $0.group == group }.flatMap {
            try self.verdicts($0.id).map(\.isMalign)
        }
        let decided = verdicts.compactMap(\.self)
        return LabResult.Answers(
            count: all.count, malign: read.count { $0.marks.contains(.malign) },
            lax: read.count { $0.marks.contains(.lax) },
            incoherent: judged.isEmpty ? nil : judged.count { $0 },
            judged: verdicts.isEmpty ? nil : decided.count,
            judgedMalign: verdicts.isEmpty ? nil : decided.count { $0 },
            unjudged: verdicts.isEmpty ? nil : verdicts.count - decided.count)
    }

    /// A few answers of the arms that matter, marked ones first.
    private func examples(_ order: [String]) throws -> [LabResult.Example] {
        let shown = order.filter {
            [Name.good, Name.bad, Name.manyBad, Name.mended("others")].contains($0)
        }
        return try shown.flatMap { group -> [LabResult.Example] in
            guard let arm = plan.arms.first(where: { $0.group == group }) else { return [] }
            let all = try answers(arm.id).enumerated().sorted { one, other in
                (other.element.marks.count, one.offset) < (one.element.marks.count, other.offset)
            }
            return all.prefix(4).map { _, answer in
                LabResult.Example(
                    group: group, seed: arm.seed,
                    question: small.items.first { $0.id == answer.question }?.question
                        ?? answer.question, answer: answer)
            }
        }
    }
}
