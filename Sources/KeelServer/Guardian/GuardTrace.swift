internal import KeelGuardian

/// How an answer ended where a guardian had a part in it.
enum GuardEnd: String, Sendable, Codable, CaseIterable {
    /// Vetted sentences stand where the model did not answer.
    case care
    /// The rest was held back, since it could not be reviewed.
    case guardError = "guard_error"
    /// The gatekeeper has cut it.
    case cut
}

/// What a guardian decided about a message, as the store keeps it.
struct GuardRecord: Codable, Sendable {
    var policy: String
    var plan: AnswerPlan
    /// Why the guardian's own plan is missing; it was then answered without one.
    var failure: String?
    /// What reading and weighing took.
    var milliseconds: Double
    /// The number of the decision in the log beside the store.
    var entry: Int?
}

/// What a guardian did about the answers to a question.
struct GuardTrace: Sendable {
    var record: GuardRecord
    /// The number of the decision in the store; nil where it is not kept there.
    var decision: Int?
    /// Whether each answer's text was read before it was shown.
    var reviews: [Int: DecisionEntry.Shown.Review] = [:]
    var ends: [Int: GuardEnd] = [:]

    /// What is told of it beside an answer, so that nothing is changed in silence.
    func document(_ sample: Int? = nil) -> GuardDocument {
        GuardDocument(
            policy: record.policy, action: record.plan.assessment.resolution.action,
            level: record.plan.level, act: record.plan.act,
            changes: record.plan.instruction != nil || record.plan.model != .asked
                || !record.plan.before.isEmpty || !record.plan.after.isEmpty,
            end: sample.flatMap { ends[$0] },
            review: sample.flatMap { reviews[$0] })
    }
}

/// A guardian's part in an answer, in `keel.guardian` and in the page's event `guardian`.
struct GuardDocument: Encodable {
    var policy: String
    var action: Action
    var level: RiskLevel
    /// What the gatekeeper did.
    var act: Gatekeeper.Act?
    /// Whether words were added to the prompt or to the answer, or another model was asked.
    var changes: Bool
    var end: GuardEnd?
    var review: DecisionEntry.Shown.Review?
}
