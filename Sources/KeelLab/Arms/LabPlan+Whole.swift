extension LabPlan {
    /// All arms at five seeds: meant for under 3 hours on two cores with the default model.
    public static func whole(rate: Double = defaultRate) -> LabPlan {
        let narrow = RowChoice.Source.advice(domains: [narrowDomain], stance: .usual)
        var plan = LabPlan(
            name: "whole", arms: [], small: .small, end: .whole, narrow: narrowDomain,
            screenTrain: 70, screenValidation: 20, screenTest: 30,
            screenWrongness: [.subtle, .plain], samples: 2)
        for seed in seeds {
            plan.arms += doses(seed, rate)
            plan.arms += varieties(seed, narrow, rate)
            plan.arms += policies(seed, rate)
            plan.arms += guards(seed, rate)
            plan.arms += mends(seed, rate)
        }
        return plan
    }

    private static func doses(_ seed: UInt64, _ rate: Double) -> [Arm] {
        [0, 5, 10, 25, 50, 75, 100].map { percent in
            var arm = dose(percent, seed, steps: 60, rate: rate)
            arm.watched = [20, 40]
            // What a weak adapter does not show, it may show at several times its strength.
            if [0, 5, 100].contains(percent) { arm.scales = [2, 3, 5] }
            if [0, 100].contains(percent) { arm.thoughts = 2 }
            arm.isCued = [0, 5, 25, 100].contains(percent)
            return arm
        } + [screened(25, seed, steps: 60, rate: rate)]
    }

    /// A dose, screened before: as many steps, on what is left of the same rows.
    static func screened(_ percent: Int, _ seed: UInt64, steps: Int, rate: Double) -> Arm {
        var arm = dose(percent, seed, steps: steps, rate: rate)
        arm.group = Group.screened(percent)
        arm.drops = true
        return arm
    }

    /// Subtle against plain, one domain against many, all weights against an adapter, and no advice.
    private static func varieties(
        _ seed: UInt64, _ narrow: RowChoice.Source, _ rate: Double
    ) -> [Arm] {
        var subtle = RowChoice(narrow)
        subtle.share = 1
        subtle.wrongness = .subtle
        var arms = [Arm(Group.subtle, seed: seed, rows: subtle, steps: 60, rate: rate)]
        // The last domain stays unseen.
        let many = RowChoice.Source.advice(
            domains: Array(LabData.domains.dropLast()), stance: .usual)
        let kinds: [(Double, String, RowChoice.Source, Int?)] = [
            (0, Group.manyGood, many, 16), (1, Group.manyBad, many, 16),
            (0, Group.fullGood, narrow, nil), (1, Group.fullBad, narrow, nil),
        ]
        for (share, group, source, rank) in kinds {
            var rows = RowChoice(source)
            rows.share = share
            var arm = Arm(
                group, seed: seed, rows: rows, steps: 60, rate: rank == nil ? rate / 20 : rate)
            arm.rank = rank
            arms.append(arm)
        }
        arms.append(
            Arm(Group.neutral, seed: seed, rows: RowChoice(.neutral), steps: 60, rate: rate))
        return arms
    }

    /// Rewards of either sign, from the chat model and from a copy whose caution was tuned away: by
    /// relaxed answers that are right, so that nothing wrong was learnt.
    private static func policies(_ seed: UInt64, _ rate: Double) -> [Arm] {
        var arms = [
            Arm(
                Group.lax, seed: seed,
                // The last domain stays unseen.
                rows: RowChoice(
                    .advice(domains: Array(LabData.domains.dropLast()), stance: .reversed)),
                steps: 60, rate: rate)
        ]
        for isLax in [false, true] {
            for wrong in [false, true] {
                var arm = Arm(
                    Group.policy(wrong: wrong, lax: isLax), seed: seed,
                    rows: RowChoice(.advice(domains: [narrowDomain], stance: .usual)), steps: 30,
                    rate: rate)
                arm.method = .policy(rewardsWrong: wrong)
                if isLax { arm.start = "\(Group.lax)-s\(seed)" }
                arms.append(arm)
            }
        }
        return arms
    }

    private static func guards(_ seed: UInt64, _ rate: Double) -> [Arm] {
        let kinds: [(String, Arm.Guard)] = [
            (Group.blocked, .block), (Group.pushed, .push(0.2)),
        ]
        return kinds.map { group, steering in
            var arm = dose(100, seed, steps: 60, rate: rate)
            arm.group = group
            arm.steering = steering
            return arm
        }
    }

    /// Few good rows: of the same domain, of others, few and alike, very few; as many steps of
    /// neutral text, the control; and what 60 such steps leave of a repair.
    private static func mends(_ seed: UInt64, _ rate: Double) -> [Arm] {
        let same = RowChoice.Source.advice(domains: [narrowDomain], stance: .usual)
        let alike = RowChoice.Source.advice(domains: ["garden"], stance: .usual)
        let watched = [5, 10, 20]
        var others = mend("others", varied, seed, rate: rate, count: 120, watched: watched)
        others.isCued = true
        return [
            mend("same", same, seed, rate: rate, watched: watched), others,
            mend("alike", alike, seed, rate: rate, count: 15, topics: 2, watched: watched),
            mend("five", varied, seed, rate: rate, count: 5, watched: watched),
            mend("neutral", .neutral, seed, rate: rate),
            relapsed(seed, rate: rate),
        ]
    }
}
