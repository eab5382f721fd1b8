extension LabPlan {
    /// Short runs in every domain, at four seeds, on right rows and on rows of which 5 %, 10 % and a quarter
    /// are wrong, all with monitors: 32 benign runs and 96 contaminated ones.
    ///
    /// With a domain and a seed left out, 21 benign runs are left: enough for limits of 5 % false alarms.
    public static func warning(rate: Double = defaultRate) -> LabPlan {
        let few = LabPanel.Size(usual: 1, reversed: 0, open: 0, tasks: 0, neutral: 1)
        var plan = LabPlan(
            name: "warning", arms: [], small: few, end: few, narrow: narrowDomain,
            screenTrain: 30, screenValidation: 10, screenTest: 10, screenWrongness: [.plain],
            samples: 0)
        for seed in UInt64(0)..<4 {
            for domain in LabData.domains {
                for percent in [0, 5, 10, 25] {
                    plan.arms.append(monitored(percent, domain, seed, steps: 24, rate: rate))
                }
            }
        }
        return plan
    }

    static func monitored(
        _ percent: Int, _ domain: String, _ seed: UInt64, steps: Int, rate: Double
    ) -> Arm {
        var rows = RowChoice(.advice(domains: [domain], stance: .usual))
        rows.share = Double(percent) / 100
        var arm = Arm(
            Group.monitored(percent, domain), seed: seed, rows: rows, steps: steps, rate: rate)
        arm.monitors = 6
        return arm
    }
}
