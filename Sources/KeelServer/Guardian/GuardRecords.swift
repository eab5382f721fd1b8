internal import Crypto
internal import Foundation
internal import KeelGuardian
internal import KeelStore
internal import Logging

/// Where an answer is given that a guardian watches.
struct GuardPlace: Sendable {
    /// The conversation; of a call of the API, a name that nothing else has.
    var conversation: String
    /// The person's message, where it is kept.
    var question: String?
    /// What was read of the conversation before.
    var floor = RiskLevel.none

    /// A call of which nothing is kept.
    static func call() -> GuardPlace {
        GuardPlace(conversation: "call-\(UUID().uuidString.lowercased())")
    }
}

/// Writes down what was decided and shown, in the store with words and in the log without any.
///
/// A disk that takes nothing leaves nobody unanswered: it is counted, told in the server's log, and the
/// answer goes on.
struct GuardRecords: Sendable {
    /// Kinds of decisions in the store.
    static let decided = "guardian", shown = "guardian-shown", objected = "objection"

    struct Shown: Codable, Sendable {
        /// Number of the decision in the store.
        var decision: Int?
        var review: DecisionEntry.Shown.Review
        var end: GuardEnd?
    }

    struct Objection: Codable, Sendable {
        var decision: Int
        var text: String
    }

    let store: Store?
    let log: DecisionLog?
    let runner: GuardRunner
    let metrics: ServerMetrics
    let logger: Logger

    /// Keeps a decision.
    /// - Returns: The record with its number in the log, and its number in the store.
    func decided(_ record: GuardRecord, in place: GuardPlace) async -> (GuardRecord, Int?) {
        var record = record
        var words = record.plan.assessment
        words.reading = words.reading.withoutWords
        let entry = DecisionEntry.Decided(
            words, policy: record.policy, milliseconds: record.milliseconds,
            failure: record.failure)
        record.entry = await append(.decided(entry), place)
        guard let store, let question = place.question else { return (record, nil) }
        let number = await attempt("store") { [record] in
            try await store.log(
                Self.decided, payload: try JSON.encode(record), conversation: place.conversation,
                message: question)
        }
        return (record, number)
    }

    /// Keeps what was shown.
    /// - Parameters:
    ///   - trace: What the guardian did.
    ///   - texts: What was shown of each answer.
    ///   - place: Where.
    ///   - message: The answer, where it is kept.
    func shown(_ trace: GuardTrace, _ texts: [Int: String], in place: GuardPlace, message: String?)
        async
    {
        for (sample, text) in texts.sorted(by: { $0.key < $1.key }) {
            // Of an answer that was broken off, what was shown was read where all of it was to be.
            let review =
                trace.reviews[sample] ?? (trace.record.plan.isReviewed ? .reviewed : .unreviewed)
            let digest = SHA256.hash(data: Data(text.utf8)).map {
                String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
            }.joined()
            _ = await append(
                .shown(
                    .init(
                        message: trace.record.plan.assessment.message + 1,
                        text: "sha256:\(digest)", review: review)), place)
            guard let store, let message else { continue }
            let shown = Shown(decision: trace.decision, review: review, end: trace.ends[sample])
            _ = await attempt("store") {
                try await store.log(
                    Self.shown, payload: try JSON.encode(shown), conversation: place.conversation,
                    message: message)
            }
        }
    }

    /// Notes in the log that somebody objected; their words are in the store.
    func objected(to entry: Int, in conversation: String) async {
        _ = await append(
            .objected(.init(entry: entry, text: "(kept with the conversation)")),
            GuardPlace(conversation: conversation))
    }

    private func append(_ event: DecisionEntry.Event, _ place: GuardPlace) async -> Int? {
        guard let log else { return nil }
        let entry = DecisionEntry(
            time: Date().timeIntervalSince1970, conversation: place.conversation, event: event)
        return await attempt("log") { try await runner.run { try log.append(entry) } }
    }

    private func attempt<Value: Sendable>(
        _ part: String, _ body: () async throws -> Value
    ) async -> Value? {
        do {
            return try await body()
        } catch {
            metrics.count("keel_guardian_failures_total", ["part": part])
            logger.critical("a guardian's record was not kept: \(GuardFailure(error))")
            return nil
        }
    }
}

extension RiskReading {
    /// The same without what anybody wrote.
    fileprivate var withoutWords: RiskReading {
        var reading = self
        for place in reading.evidence.indices {
            for span in reading.evidence[place].spans.indices {
                reading.evidence[place].spans[span].text = ""
            }
        }
        reading.new = []
        return reading
    }
}
