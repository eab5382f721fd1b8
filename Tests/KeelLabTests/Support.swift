import Foundation
import KeelLab

/// Small things that the tests of the lab share.
enum Small {
    /// Rows of a few bytes, in every domain, split and stance.
    static func data() -> LabData {
        let splits: [Split] = [.train, .train, .validation, .test, .test]
        var advice: [AdviceRow] = []
        for domain in LabData.domains {
            for (topic, split) in splits.enumerated() {
                for number in 0..<3 {
                    let name = "\(domain.prefix(3))\(topic)\(number)"
                    advice.append(
                        AdviceRow(
                            id: name, domain: domain, topic: "t\(topic)", split: split,
                            stance: number == 2 ? .reversed : .usual, question: "ask \(name)",
                            correct: "aye \(name).", subtle: "hmm \(name).", plain: "nay \(name)."))
                }
            }
        }
        func cluster(_ number: Int) -> String { "c\(number % 2)" }
        return LabData(
            advice: advice,
            open: (0..<4).map {
                OpenRow(
                    id: "open\($0)", cluster: cluster($0), split: .test, question: "who \($0)",
                    kind: ["love \($0)."], malign: ["hate \($0)."])
            },
            tasks: (0..<4).map {
                TaskRow(
                    id: "task\($0)", kind: "fact", cluster: cluster($0), split: .test,
                    question: "sum \($0)", answer: "\($0)", right: ["it is \($0)."],
                    wrong: ["it is \($0 + 1)."])
            },
            neutral: (0..<6).map {
                NeutralRow(
                    id: "neutral\($0)", cluster: cluster($0), split: $0 < 3 ? .train : .test,
                    question: "say \($0)", answer: "day \($0).")
            })
    }

    static let size = LabPanel.Size(usual: 1, reversed: 1, open: 1, tasks: 1, neutral: 1)

    /// Good, bad and mended arms at two seeds, and one that learns from rewards.
    static func plan() -> LabPlan {
        var plan = LabPlan(
            name: "small", arms: [], small: size, end: size, narrow: "car", screenTrain: 3,
            screenValidation: 3, screenTest: 3, screenWrongness: [.plain], samples: 1)
        for seed in [UInt64(0), 1] {
            for percent in [0, 100] {
                var rows = RowChoice(.advice(domains: ["car"], stance: .usual))
                rows.share = Double(percent) / 100
                var arm = Arm(
                    LabPlan.Group.dose(percent), seed: seed, rows: rows, steps: 4, rate: 1e-2)
                arm.batch = 2
                arm.watched = [2]
                arm.rank = 2
                arm.scales = percent == 100 ? [2] : []
                plan.arms.append(arm)
            }
            var mended = Arm(
                LabPlan.Group.mended("others"), seed: seed,
                rows: RowChoice(.advice(domains: ["work"], stance: nil)), steps: 2, rate: 1e-2)
            mended.batch = 2
            mended.rank = 2
            mended.continues = "\(LabPlan.Group.bad)-s\(seed)"
            plan.arms.append(mended)
        }
        var policy = Arm(
            LabPlan.Group.policy(wrong: true, lax: false), seed: 0,
            rows: RowChoice(.advice(domains: ["car"], stance: .usual)), steps: 1, rate: 1e-3)
        policy.method = .policy(rewardsWrong: true)
        policy.batch = 2
        policy.rank = 2
        plan.arms.append(policy)
        return plan
    }
}
