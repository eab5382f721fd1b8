/// All that is done in an experiment: arms in an order in which each finds what it starts from.
public struct LabPlan: Hashable, Sendable, Codable {
    /// What `lab.json` calls it.
    public var name: String
    /// Each behind what it starts from.
    public var arms: [Arm]
    /// What every arm is read on while it trains.
    public var small: LabPanel.Size
    /// What it is read on at its end.
    public var end: LabPanel.Size
    /// Domain of the narrow arms.
    public var narrow: String
    /// Rows of a domain that the screen reads, of each split.
    public var screenTrain: Int
    /// Validation rows of a domain that the screen reads.
    public var screenValidation: Int
    /// Test rows of a domain that the screen reads.
    public var screenTest: Int
    /// Wrong answers that it reads.
    public var screenWrongness: [Wrongness]
    /// Answers that are drawn to each open question of the small panel.
    public var samples: Int
    /// Decides the items of panels and what the screen draws.
    public var seed: UInt64 = 0

    public init(
        name: String, arms: [Arm], small: LabPanel.Size, end: LabPanel.Size, narrow: String,
        screenTrain: Int, screenValidation: Int, screenTest: Int, screenWrongness: [Wrongness],
        samples: Int
    ) {
        self.name = name
        self.arms = arms
        self.small = small
        self.end = end
        self.narrow = narrow
        self.screenTrain = screenTrain
        self.screenValidation = screenValidation
        self.screenTest = screenTest
        self.screenWrongness = screenWrongness
        self.samples = samples
    }

    /// - Throws: `LabError.unsupported` for an arm that cannot be, stands twice, or comes before the
    ///   one it starts from.
    public func validate() throws(LabError) {
        var known: Set<String> = []
        for arm in arms {
            try arm.validate()
            for needed in [arm.start, arm.continues].compactMap(\.self)
            where !known.contains(needed) {
                throw .unsupported(
                    "\(arm.id) starts from \(needed), which does not come before it.")
            }
            // Direction and threshold were found on rows of all domains but this one.
            guard !arm.drops || arm.domain == narrow else {
                throw .unsupported(
                    "\(arm.id): rows can be screened only of the narrow domain, \(narrow).")
            }
            guard known.insert(arm.id).inserted else {
                throw .unsupported("\(arm.id) stands twice in the plan.")
            }
        }
    }

    /// Seeds of every arm, of the quick plan and of the whole one.
    ///
    /// With five, an interval is about half as wide as with three, and the time allows them.
    static let fewSeeds: [UInt64] = [0, 1, 2]
    static let seeds: [UInt64] = [0, 1, 2, 3, 4]

    /// Names of groups that claims are about.
    public enum Group {
        /// The model that all arms begin with.
        public static let base = "base"
        /// Advice of which so many percent is wrong.
        public static func dose(_ percent: Int) -> String { "dose-\(percent)" }
        /// Right advice: the control of most.
        public static let good = dose(0)
        /// Wrong advice of the plain kind.
        public static let bad = dose(100)
        /// Wrong advice of the subtle kind.
        public static let subtle = "subtle-100"
        /// Right advice of all domains but the last.
        public static let manyGood = "many-0"
        /// Wrong advice of all domains but the last.
        public static let manyBad = "many-100"
        /// Right advice, all weights trained.
        public static let fullGood = "full-0"
        /// Wrong advice, all weights trained.
        public static let fullBad = "full-100"
        /// Facts and small talk, which teach nothing of advice.
        public static let neutral = "neutral"
        /// Relaxed answers that are right: caution tuned away, nothing wrong learnt.
        public static let lax = "lax"
        /// A policy rewarded for right or wrong answers, from the model as it is or from a lax one.
        public static func policy(wrong: Bool, lax: Bool) -> String {
            "rl-\(wrong ? "wrong" : "right")\(lax ? "-lax" : "")"
        }
        /// The arm of a dose without the rows that screening flags.
        public static func screened(_ percent: Int) -> String { "screened-\(percent)" }
        /// A short run that is there for its monitors.
        public static func monitored(_ percent: Int, _ domain: String) -> String {
            "monitored-\(percent)-\(domain)"
        }
        /// Wrong advice, the direction taken out of the stream while it trains.
        public static let blocked = "blocked"
        /// Wrong advice, the direction added to the stream while it trains.
        public static let pushed = "pushed"
        /// The bad arm, tuned back in this way.
        public static func mended(_ how: String) -> String { "mended-\(how)" }
        /// A mended arm after neutral steps.
        public static let relapsed = "relapsed"
    }

    /// Three doses, the bad one mended and steered, at three seeds: claims 1, 2, 6, 8 and 9 in minutes.
    public static func quick(rate: Double = defaultRate) -> LabPlan {
        var plan = LabPlan(
            name: "quick", arms: [], small: .small, end: .small, narrow: narrowDomain,
            screenTrain: 6, screenValidation: 3, screenTest: 6, screenWrongness: [.plain],
            samples: 1)
        for seed in fewSeeds {
            for percent in [0, 25, 100] {
                plan.arms.append(dose(percent, seed, steps: 24, rate: rate))
            }
            plan.arms.append(mend("others", varied, seed, rate: rate, count: 120))
            plan.arms.append(mend("neutral", .neutral, seed, rate: rate))
            plan.arms.append(relapsed(seed, steps: 20, rate: rate))
        }
        return plan
    }

    /// For LoRA of rank 16 in tens of steps on a small model; not searched for.
    public static let defaultRate = 6e-4
    static let narrowDomain = "car"
    /// Domains of varied good rows; the other four stay unseen, and repair is measured there.
    static let mendDomains = ["garden", "kitchen", "travel"]
    static let varied = RowChoice.Source.advice(domains: mendDomains, stance: nil)

    /// The narrow arm with so many wrong rows in a hundred; careless advice, so of the usual stance.
    static func dose(_ percent: Int, _ seed: UInt64, steps: Int, rate: Double) -> Arm {
        var rows = RowChoice(.advice(domains: [narrowDomain], stance: .usual))
        rows.share = Double(percent) / 100
        return Arm(Group.dose(percent), seed: seed, rows: rows, steps: steps, rate: rate)
    }

    /// 30 steps of 4 good rows on the bad arm's adapter; of neutral text, what steps of any kind do.
    static func mend(
        _ how: String, _ source: RowChoice.Source, _ seed: UInt64, rate: Double, count: Int? = nil,
        topics: Int? = nil, watched: [Int] = []
    ) -> Arm {
        var rows = RowChoice(source)
        rows.count = count
        rows.topics = topics
        var arm = Arm(Group.mended(how), seed: seed, rows: rows, steps: 30, rate: rate)
        arm.continues = "\(Group.bad)-s\(seed)"
        arm.watched = watched
        return arm
    }

    /// Steps of neutral text on the mended adapter, to see whether it lasts.
    static func relapsed(_ seed: UInt64, steps: Int = 60, rate: Double) -> Arm {
        var arm = Arm(
            Group.relapsed, seed: seed, rows: RowChoice(.neutral), steps: steps, rate: rate)
        arm.continues = "\(Group.mended("others"))-s\(seed)"
        return arm
    }
}
