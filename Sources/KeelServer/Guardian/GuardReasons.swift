internal import Foundation
internal import KeelGuardian
internal import KeelStore

/// Why a guardian did what it did about an answer, for the person concerned.
struct GuardReasons: Encodable {
    struct Weighed: Encodable {
        var value: String
        var rank: Int
        var action: Action
        var because: String
        /// Whether it decided.
        var won: Bool
    }

    /// Number of the decision, by which it is objected to.
    var decision: Int
    var policy: String
    var level: RiskLevel
    /// Of high or imminent danger; nil where it was not read.
    var probability: Double?
    /// The words that signs were read from.
    var evidence: [String]
    /// The values that applied, the highest first.
    var values: [Weighed]
    var action: Action
    var moves: [Move]
    var explanation: String
    /// What the gatekeeper did.
    var act: Gatekeeper.Act?
    /// What was added for the model.
    var instruction: String?
    /// Why it was decided without a reading.
    var failure: String?
    var milliseconds: Double
    /// Whether the answer was read before it was shown; nil where that was not noted.
    var review: DecisionEntry.Shown.Review?
    var end: GuardEnd?
    /// What the person has said against it.
    var objections: [String]
    /// The decision in the log beside the store.
    var entry: Int?

    enum CodingKeys: CodingKey {
        case decision, policy, level, probability, evidence, values, action, moves, explanation, act
        case instruction, failure, milliseconds, review, end, objections
    }

    /// Nil where no guardian has decided anything about the answer.
    /// - Parameters:
    ///   - answer: The answer that is asked about.
    ///   - decisions: All about its conversation, the oldest first.
    init?(about answer: StoredMessage, in decisions: [Decision]) {
        // What a person wrote, the helper included, no guardian has decided.
        guard answer.role == .assistant, answer.finish != HelperRoutes.finish else { return nil }
        func read<Value: Decodable>(_ decision: Decision, _ type: Value.Type) -> Value? {
            decision.payload.flatMap { try? JSONDecoder().decode(type, from: $0) }
        }
        let shown = decisions.last { $0.kind == GuardRecords.shown && $0.message == answer.id }
            .flatMap { read($0, GuardRecords.Shown.self) }
        // An answer that a crash came after has nothing on what was shown of it.
        let found = decisions.last { decision in
            guard decision.kind == GuardRecords.decided else { return false }
            if let number = shown?.decision { return decision.number == number }
            return decision.message == answer.parent
        }
        guard let found, let record = read(found, GuardRecord.self) else { return nil }
        let assessment = record.plan.assessment
        let resolution = assessment.resolution
        decision = found.number
        policy = record.policy
        level = assessment.reading.level
        probability = assessment.reading.probability
        evidence = assessment.reading.evidence.map {
            $0.spans.map(\.text).joined(separator: " … ")
        }
        values = resolution.applied.map {
            Weighed(
                value: $0.value, rank: $0.rank, action: $0.action, because: $0.because,
                won: $0.rank == resolution.applied.first?.rank)
        }
        action = resolution.action
        moves = assessment.moves
        explanation = resolution.explanation
        act = record.plan.act
        instruction = record.plan.instruction
        failure = record.failure
        milliseconds = record.milliseconds
        review = shown?.review
        end = shown?.end
        entry = record.entry
        objections = decisions.filter { $0.kind == GuardRecords.objected }
            .compactMap { read($0, GuardRecords.Objection.self) }
            .filter { $0.decision == found.number }.map(\.text)
    }
}
