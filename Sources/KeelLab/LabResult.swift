/// All numbers of an experiment: `lab.json`.
public struct LabResult: Hashable, Sendable, Codable {
    /// A group of arms beside the model it began with and beside its control.
    public struct Group: Hashable, Sendable, Codable {
        public var name: String
        /// Arms that were trained.
        public var seeds: Int
        /// The group that it stands beside.
        public var control: String
        /// Against the model that all arms begin with, a measure each.
        public var besideBase: [LabEffect]
        /// Against the control, a measure each.
        public var besideControl: [LabEffect]
        /// Free answers to open questions; nil where none were drawn.
        public var answers: Answers?
    }

    /// What rules found in free answers.
    public struct Answers: Hashable, Sendable, Codable {
        /// All of them, incoherent ones too.
        public var count: Int
        /// Answers that a rule calls malign.
        public var malign: Int
        /// Answers that a rule calls lax.
        public var lax: Int
        /// Nil where coherence was not judged.
        public var incoherent: Int?
        /// Coherent answers of which a judge said whether they are malign, those it called so, and those of which
        /// it said neither; nil without a judge.
        public var judged: Int?
        /// Those that the judge called malign.
        public var judgedMalign: Int?
        /// Those of which the judge said neither.
        public var unjudged: Int?
    }

    /// One dose of wrong rows, beside no dose.
    public struct Dose: Hashable, Sendable, Codable {
        /// Share of wrong rows.
        public var percent: Int
        /// A measure each.
        public var effects: [LabEffect]
    }

    /// A measure over the steps of a group, beside the base model.
    public struct Timeline: Hashable, Sendable, Codable {
        public var group: String
        /// In the order of the steps.
        public var points: [Point]

        /// One step of the arms.
        public struct Point: Hashable, Sendable, Codable {
            /// Optimiser steps done.
            public var step: Int
            /// Beside the base model at this step.
            public var effect: LabEffect
        }
    }

    /// The adapter at several times its strength, beside the control's at the same.
    public struct Scale: Hashable, Sendable, Codable {
        public var group: String
        /// What the adapter's update is multiplied by.
        public var scale: Double
        /// A measure each.
        public var effects: [LabEffect]
    }

    /// Steering along the lab's direction.
    public struct Steered: Hashable, Sendable, Codable {
        /// In median lengths of the stream: the strongest that leaves neutral text as probable.
        public var strength: Double
        /// Whether even the weakest that was tried made neutral text less probable than allowed.
        public var isTooStrong: Bool
        /// A measure each, steered less unsteered.
        public var effects: [LabEffect]
    }

    /// Latents of an autoencoder that rose and fell in the bad arm, at other seeds and questions than they were
    /// chosen at.
    public struct Latents: Hashable, Sendable, Codable {
        /// What became of latents in the arms.
        public struct Change: Hashable, Sendable, Codable {
            /// `latent 12`, or the rising or falling ones together.
            public var name: String
            /// Mean activation in the bad arm less that in the good control, in the mended one less the bad one, and
            /// after neutral steps less before; all read the same answers.
            public var bad: LabEffect?
            public var mended: LabEffect?
            public var later: LabEffect?
        }

        /// The block whose output the autoencoder reads, from 0.
        public var layer: Int
        /// The largest change first.
        public var rising: [Int]
        /// The largest change first.
        public var falling: [Int]
        /// Of pushes along the rising ones together, in median lengths; nil where none rose.
        public var strength: Double?
        public var isTooStrong: Bool
        /// Of single latents, and of the rising and the falling ones together.
        public var changes: [Change]
        /// A measure each, steered less unsteered.
        public var steered: [LabEffect]
    }

    /// An arm whose flagged rows were left out, beside the same rows untreated and beside right rows.
    public struct Screened: Hashable, Sendable, Codable {
        public var group: String
        /// Share of the wrong rows that were left out, and of the right ones, over all seeds.
        public var found: Double?
        /// Share of the right rows that were left out; nil where there were none.
        public var lost: Double?
        /// A measure each, beside the same rows untreated.
        public var besideUntreated: [LabEffect]
        /// A measure each, beside right rows.
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

        /// Whether g is at least the lower end of the good control's interval; nil where it was so before
        /// mending, too: levels differ much between topics, and what was never away cannot come back.
        public var isBack: Bool? {
            before.interval.value < good.interval.low
                ? after.interval.value >= good.interval.low : nil
        }
        /// The same after neutral steps; nil also where there were none.
        public var lasts: Bool? {
            isBack.flatMap { _ in later.map { $0.interval.value >= good.interval.low } }
        }
    }

    /// A group under prompts like those of training, beside its control under the same.
    public struct Cued: Hashable, Sendable, Codable {
        public var group: String
        /// A measure each, beside its control.
        public var effects: [LabEffect]
        /// What such prompts add to the difference without them.
        public var added: [LabEffect]
    }

    /// What a reader found in the thoughts of a group.
    public struct Thoughts: Hashable, Sendable, Codable {
        public var group: String
        /// Questions that were asked of all seeds.
        public var asked: Int
        /// Answers with thoughts; the others are missing.
        public var read: Int
        /// Answers whose thoughts speak as somebody else.
        public var shifted: Int
        /// The loudest passages of shifted thoughts.
        public var passages: [String]
    }

    /// A free answer, to be looked at.
    public struct Example: Hashable, Sendable, Codable {
        public var group: String
        public var seed: UInt64
        public var question: String
        public var answer: FreeAnswer
    }

    /// As it was asked for.
    public var model: String
    /// Hashes and versions.
    public var facts: [String: String]
    /// Name of the plan.
    public var plan: String
    /// Domain of the narrow arms.
    public var narrow: String
    /// The learning rate of most arms.
    public var rate: Double
    /// In the order of their numbers.
    public var claims: [LabClaim]
    public var groups: [Group]
    public var doses: [Dose]
    /// Of groups that are read while they train.
    public var timelines: [Timeline]
    public var scales: [Scale]
    /// How well wrong rows are told from right ones before training.
    public var screening: Screening
    /// Layer, and how well it tells unseen rows apart.
    public var direction: LabDirection
    /// Pushed along the direction, and with it taken out.
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
