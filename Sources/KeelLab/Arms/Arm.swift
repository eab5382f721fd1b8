/// One model that is trained: on what, how long, from where, and what is read of it.
public struct Arm: Hashable, Sendable, Codable {
    /// How it learns.
    public enum Method: Hashable, Sendable, Codable {
        /// From the rows' answers.
        case supervised
        /// From rewards of its own answers (GRPO); the reward is likeness to the right answer, or its
        /// opposite.
        case policy(rewardsWrong: Bool)
    }

    /// What is done to the stream in training passes, along the lab's direction.
    public enum Guard: Hashable, Sendable, Codable {
        /// The direction is taken out (blocking).
        case block
        /// The wrong way is added, so that weights need not learn to go there (preventative steering).
        case push(Double)
    }

    /// What arms of all seeds share, and what is reported.
    public var group: String
    /// Decides rows, their order and what is drawn.
    public var seed: UInt64
    /// What the rows are trained by.
    public var method = Method.supervised
    /// What it is trained on.
    public var rows: RowChoice
    /// Optimiser steps, at least 1.
    public var steps: Int
    /// Rows of a step; of a policy, questions.
    public var batch = 4
    /// The highest learning rate, above 0.
    public var rate: Double
    /// Of the adapter; nil trains all weights.
    public var rank: Int? = 16
    /// The arm whose adapter lies below and stays as it is.
    public var start: String?
    /// The arm whose adapter is trained on.
    public var continues: String?
    /// What is added to the stream while it trains; nil for nothing.
    public var steering: Guard?
    /// Steps at which the small panel is read, beside the last, where the arm's panel is.
    public var watched: [Int] = []
    /// Whether rows that screening flags are left out, before anything is trained.
    public var drops = false
    /// Thoughts that are drawn to each open question of the small panel at the end.
    public var thoughts = 0
    /// Whether the small panel is also read behind questions like those of the narrow domain, at the end.
    public var isCued = false
    /// Steps between two readings of g by monitors; 0 for an arm without monitors.
    public var monitors = 0
    /// Multiples of the adapter at which the small panel is read at the end.
    public var scales: [Double] = []

    /// Its folder's name: the group and the seed.
    public var id: String { "\(group)-s\(seed)" }

    /// The domain of its rows, where there is one.
    var domain: String? {
        if case .advice(let domains, _) = rows.source, domains.count == 1 {
            domains.first
        } else {
            nil
        }
    }

    public init(_ group: String, seed: UInt64, rows: RowChoice, steps: Int, rate: Double) {
        self.group = group
        self.seed = seed
        self.rows = rows
        self.steps = steps
        self.rate = rate
    }

    /// - Throws: `LabError.unsupported` for what cannot be.
    public func validate() throws(LabError) {
        guard steps >= 1, batch >= 1, rate > 0, rate.isFinite, rank.map({ $0 >= 1 }) ?? true else {
            throw .unsupported("\(id): steps, batch, rank and rate must be above 0.")
        }
        guard rank != nil || (continues == nil && scales.isEmpty && method == .supervised) else {
            throw .unsupported(
                "\(id): only an adapter can be trained on, scaled, or learn from rewards.")
        }
        guard thoughts >= 0, monitors >= 0,
            monitors == 0 || (rank != nil && domain != nil && method == .supervised)
        else {
            throw .unsupported(
                "\(id): monitors need an adapter that learns from the rows of one domain.")
        }
        guard group.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" }) else {
            throw .unsupported("\(group): a group's name is letters, digits and hyphens.")
        }
    }
}
