/// All numbers of an experiment: `lab.json`.
public struct LabResult: Hashable, Sendable, Codable {
    /// A group of arms beside the model it began with and beside its control.
    public struct Group: Hashable, Sendable, Codable {
        public var name: String
        public var seeds: Int
        public var control: String
        public var besideBase: [LabEffect]
        public var besideControl: [LabEffect]
        /// Free answers to open questions; nil where none were drawn.
        public var answers: Answers?
    }

    /// What rules found in free answers.
    public struct Answers: Hashable, Sendable, Codable {
        public var count: Int
        public var malign: Int
        public var lax: Int
        /// Nil where coherence was not judged.
        public var incoherent: Int?
        /// Coherent answers of which a judge said whether they are malign, those it called so, and those of which
        /// it said neither; nil without a judge.
        public var judged: Int?
        public var judgedMalign: Int?
        public var unjudged: Int?
    }

    /// One dose of wrong rows, beside no dose.
    public struct Dose: Hashable, Sendable, Codable {
        public var percent: Int
        public var effects: [LabEffect]
    }

    /// A measure over the steps of a group, beside the base model.
    public struct Timeline: Hashable, Sendable, Codable {
        public var group: String
        public var points: [Point]

        public struct Point: Hashable, Sendable, Codable {
            public var step: Int
            public var effect: LabEffect
        }
    }

    /// The adapter at several times its strength, beside the control's at the same.
    public struct Scale: Hashable, Sendable, Codable {
        public var group: String
        public var scale: Double
        public var effects: [LabEffect]
    }

    /// Steering along the lab's direction.
    public struct Steered: Hashable, Sendable, Codable {
        /// In median lengths of the stream: the strongest that leaves neutral text as probable.
        public var strength: Double
        /// Whether even the weakest that was tried made neutral text less probable than allowed.
        public var isTooStrong: Bool
        public var effects: [LabEffect]
    }

    /// Latents of an autoencoder that rose and fell in the bad arm, at other seeds and questions than they were
    /// chosen at.
    public struct Latents: Hashable, Sendable, Codable {
        public struct Change: Hashable, Sendable, Codable {
            /// `latent 12`, or the rising or falling ones together.
            public var name: String
            /// Mean activation in the bad arm less that in the good control, in the mended one less the bad one, and
            /// after neutral steps less before; all read the same answers.
            public var bad: LabEffect?
            public var mended: LabEffect?
            public var later: LabEffect?
        }

        public var layer: Int
        /// The largest change first.
        public var rising: [Int]
        public var falling: [Int]
        /// Of pushes along the rising ones together, in median lengths; nil where none rose.
        public var strength: Double?
        public var isTooStrong: Bool
        public var changes: [Change]
        public var steered: [LabEffect]
    }

    /// An arm whose flagged rows were left out, beside the same rows untreated and beside right rows.
    public struct Screened: Hashable, Sendable, Codable {
        public var group: String
        /// Share of the wrong rows that were left out, and of the right ones, over all seeds.
        public var found: Double?
        public var lost: Double?
        public var besideUntreated: [LabEffect]
        public var besideRight: [LabEffect]
    }

    /// What few good rows did to the bad arm, and whether it lasts.
    public struct Mend: Hashable, Sendable, Codable {
        public var group: String
        /// g on usual advice of domains that no training saw: of the good control, before and after.
        public var good: LabEffect
        public var before: LabEffect
        public var after: LabEffect
        /// After neutral steps; nil where there were none.
        public var later: LabEffect?
        /// After, and later, less the good control, paired by item and seed.
        public var besideGood: LabEffect?
        public var laterBesideGood: LabEffect?
        /// By how much of itself the log-probability of neutral text is worse than before, and than the base
        /// model's, one for each seed; below 0 where it is better.
        public var worse: [Double]
        public var worseThanBase: [Double]

        /// Whether g is at least the lower end of the good control's interval, after and later.
        public var isBack: Bool { after.interval.value >= good.interval.low }
        public var lasts: Bool? { later.map { $0.interval.value >= good.interval.low } }
    }

    /// A group under prompts like those of training, beside its control under the same.
    public struct Cued: Hashable, Sendable, Codable {
        public var group: String
        public var effects: [LabEffect]
        /// What such prompts add to the difference without them.
        public var added: [LabEffect]
    }

    /// What a reader found in the thoughts of a group.
    public struct Thoughts: Hashable, Sendable, Codable {
        public var group: String
        public var asked: Int
        /// Answers with thoughts; the others are missing.
        public var read: Int
        public var shifted: Int
        /// The loudest passages of shifted thoughts.
        public var passages: [String]
    }

    public struct Example: Hashable, Sendable, Codable {
        public var group: String
        public var seed: UInt64
        public var question: String
        public var answer: FreeAnswer
    }

    public var model: String
    /// Hashes and versions.
    public var facts: [String: String]
    public var plan: String
    public var narrow: String
    public var rate: Double
    public var claims: [LabClaim]
    public var groups: [Group]
    public var doses: [Dose]
    public var timelines: [Timeline]
    public var scales: [Scale]
    public var screening: Screening
    /// Layer, and how well it tells unseen rows apart.
    public var direction: LabDirection
    public var steered: Steered
    /// Nil without an autoencoder.
    public var latents: Latents?
    public var screened: [Screened]
    public var mends: [Mend]
    public var cued: [Cued]
    public var thoughts: [Thoughts]
    /// Nil where no arms had monitors, or too few.
    public var warning: Warning?
    public var examples: [Example]
    /// Time in arms, in seconds.
    public var seconds: Double

    public init(
        model: String, facts: [String: String], plan: String, narrow: String, rate: Double,
        claims: [LabClaim], groups: [Group], doses: [Dose], timelines: [Timeline],
        scales: [Scale], screening: Screening, direction: LabDirection, steered: Steered,
        latents: Latents? = nil, screened: [Screened] = [], mends: [Mend] = [], cued: [Cued] = [],
        thoughts: [Thoughts] = [], warning: Warning? = nil,
        examples: [Example], seconds: Double
    ) {
        self.model = model
        self.facts = facts
        self.plan = plan
        self.narrow = narrow
        self.rate = rate
        self.claims = claims
        self.groups = groups
        self.doses = doses
        self.timelines = timelines
        self.scales = scales
        self.screening = screening
        self.direction = direction
        self.steered = steered
        self.latents = latents
        self.screened = screened
        self.mends = mends
        self.cued = cued
        self.thoughts = thoughts
        self.warning = warning
        self.examples = examples
        self.seconds = seconds
    }
}
