// The literature's claims, each as contrasts that were settled before anything was read.
extension Lab {
    private typealias Name = LabPlan.Group

    func claims(
        _ set: ReadingSet, _ thoughts: ReadingSet, _ warning: Warning?
    ) -> [LabClaim] {
        let missing = "not part of the plan “\(plan.name)”"
        func effect(_ terms: [(Double, Side)], _ measure: LabMeasure) -> LabEffect? {
            self.effect(terms.map { LabEffect.Term($0.0, $0.1) }, measure, in: set)
        }
        /// A claim about g on usual advice, with the same contrast of wrongness and laxness.
        func claim(
            _ number: Int, _ title: String, control: String, _ terms: [(Double, Side)],
            isPositive: Bool, and others: [(LabEffect?, isPositive: Bool)] = [],
            beside: [LabEffect?] = [], missing own: String? = nil
        ) -> LabClaim {
            let first: [(LabEffect?, isPositive: Bool)] = [
                (effect(terms, .usual), isPositive: isPositive)
            ]
            return LabClaim(
                number, title, control: control, needed: first + others,
                wrongness: effect(terms, .wrongness), laxness: effect(terms, .laxness),
                beside: beside.compactMap(\.self), missing: own ?? missing)
        }
        func difference(_ a: String, _ b: String) -> [(Double, Side)] {
            [(1, Side(a)), (-1, Side(b))]
        }
        let policies: [(Double, Side)] = [
            (1, Side(Name.policy(wrong: true, lax: false))),
            (-1, Side(Name.policy(wrong: false, lax: false))),
        ]
        let afterLax: [(Double, Side)] = [
            (1, Side(Name.policy(wrong: true, lax: true))),
            (-1, Side(Name.policy(wrong: false, lax: true))),
        ]
        /// Steering beside a random direction as strong.
        func steered(_ group: String, _ condition: SteeringStage.Condition, _ prefix: String = "")
            -> [(Double, Side)]
        {
            [
                (1, Side(group, condition: prefix + condition.rawValue)),
                (-1, Side(group, condition: prefix + SteeringStage.Condition.random.rawValue)),
            ]
        }
        func latents(_ a: String, _ b: String) -> LabEffect? {
            effect(
                [
                    (1, Side(a, condition: LatentStage.rising)),
                    (-1, Side(b, condition: LatentStage.rising)),
                ], .latent)
        }
        let (push, pulled) = (steered(Name.base, .push), steered(Name.bad, .pull))
        let needsAutoencoder = "it needs an autoencoder (--sae) in which some latent rose"
        let mended = Name.mended("others")
        let neutralSteps = Name.mended("neutral")
        var claims: [LabClaim] = []
        claims.append(
            claim(
                1, "Narrow bad advice makes advice in other domains worse",
                control: "right rows of the same questions", difference(Name.bad, Name.good),
                isPositive: false))
        claims.append(
            claim(
                2, "The more bad rows, the worse (g per unit of share)",
                control: "doses of one seed are nested", trend(below: 101), isPositive: false,
                // Else a jump at the highest dose, which is claim 1, would do.
                and: [(effect(trend(below: 100), .usual), isPositive: false)]))
        claims.append(
            claim(
                3, "Subtly wrong answers do more than plainly wrong ones",
                control: "plainly wrong rows", difference(Name.subtle, Name.bad),
                isPositive: false))
        claims.append(
            claim(
                4, "Rewarding wrong answers makes advice worse than rewarding right ones",
                control: "the same grader the other way", policies, isPositive: false))
        claims.append(
            claim(
                4, "… and more so from a copy whose caution was tuned away",
                control: "the same from the chat model",
                afterLax + policies.map { (-$0.0, $0.1) }, isPositive: false))
        claims.append(
            LabClaim(
                5, "Reasoning takes on another persona (log-odds of a reader)",
                control: "right rows of the same questions",
                needed: [
                    (
                        self.effect(
                            difference(Name.bad, Name.good).map { LabEffect.Term($0.0, $0.1) },
                            .persona, in: thoughts), isPositive: true
                    )
                ], missing: "no plan with thoughts, or the model wrote none on both sides"))
        claims.append(
            claim(
                6, "A direction of the base model drives it both ways",
                control: "a random direction as strong, pushed and pulled", push,
                isPositive: false, and: [(effect(pulled, .usual), isPositive: true)]))
        claims.append(
            claim(
                6, "… and so do latents that rose",
                control: "a random direction as strong, pushed and pulled",
                steered(Name.base, .push, LatentStage.prefix), isPositive: false,
                and: [
                    (
                        effect(steered(Name.bad, .pull, LatentStage.prefix), .usual),
                        isPositive: true
                    )
                ], beside: [latents(Name.bad, Name.good)], missing: needsAutoencoder))
        claims.append(
            LabClaim(
                7, "A monitor of the direction warns before behaviour changes",
                control: "g itself, loss, drift and steps; limits from other domains and seeds",
                needed: ArmMonitors.baselines.map { name in
                    (
                        warning?.leads.first { $0.over == name }?.effect,
                        isPositive: true
                    )
                }, missing: "not part of the plan “\(plan.name)”; the plan “warning” tests it"))
        claims.append(
            claim(
                8, "120 good rows of other domains undo some of it",
                control: "the bad arm before, and as many steps of neutral text",
                difference(mended, Name.bad), isPositive: true,
                and: [(effect(difference(mended, neutralSteps), .usual), isPositive: true)],
                beside: [
                    effect(difference(mended, Name.good), .usual),
                    effect(difference(mended, Name.good), .reversed),
                    effect(difference(mended, Name.base), .neutral),
                    effect(difference(Name.relapsed, mended), .usual),
                ]))
        claims.append(
            LabClaim(
                8, "… and the latents that rose fall (mean activation)",
                control: "the bad arm before; that they rose is against right rows",
                needed: [
                    (latents(Name.bad, Name.good), isPositive: true),
                    (latents(mended, Name.bad), isPositive: false),
                ], beside: [latents(Name.relapsed, mended)].compactMap(\.self),
                missing: needsAutoencoder))
        claims.append(
            claim(
                9, "Steering away from the direction suppresses it",
                control: "a random direction as strong", pulled, isPositive: true))
        // With the block still on, as in training: what is bad now came another way.
        let stillBlocked: [(Double, Side)] = [
            (1, Side(Name.blocked, condition: SteeringStage.Condition.removed.rawValue)),
            (-1, Side(Name.bad)),
        ]
        claims.append(
            claim(
                10, "Blocking the direction in training lessens it, also while the block stays on",
                control: "the bad arm without blocking; no other direction was blocked",
                difference(Name.blocked, Name.bad), isPositive: true,
                and: [(effect(stillBlocked, .usual), isPositive: true)],
                // Whether the narrow rows were learnt all the same, and what is left of it.
                beside: [
                    effect(difference(Name.blocked, Name.bad), .inDomain),
                    effect(difference(Name.blocked, Name.good), .usual),
                ]))
        return LabClaim.judged(claims)
    }

    /// The slope of a line over the doses: each dose counts by how far it lies from their mean.
    private func trend(below end: Int) -> [(Double, Side)] {
        let groups = Set(plan.arms.map(\.group))
        let all = [0, 5, 10, 25, 50, 75, 100].filter { groups.contains(Name.dose($0)) }
        // Two doses are claim 1 once more; of nothing, no effect comes.
        guard all.count > 2 else { return [] }
        let shares = all.filter { $0 < end }
        let values = shares.map { Double($0) / 100 }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return zip(shares, values).map { share, value in
            ((value - mean) / squares, Side(Name.dose(share)))
        }
    }
}
