public import KeelGuardian
public import KeelLanguage

/// The guardian that stays, around answers.
public struct CompanionGuardian: Guarding {
    /// Reads what was read off the model beside the conversation.
    public struct Probe: Sendable {
        let reader: ProbedReader
        let logit: @Sendable (Double) -> Double

        /// - Parameters:
        ///   - reader: Puts the probe beside rules and reader.
        ///   - logit: The probe's log-odds from what was read off the model.
        public init(_ reader: ProbedReader, logit: @escaping @Sendable (Double) -> Double) {
            self.reader = reader
            self.logit = logit
        }
    }

    private let guide: CompanionGuide
    private let probe: Probe?

    /// - Parameters:
    ///   - guide: What plans answers and reviews what the model writes.
    ///   - probe: Nil where the model is not read.
    public init(_ guide: CompanionGuide, probe: Probe? = nil) {
        self.guide = guide
        self.probe = probe
    }

    public var policy: String {
        "companion, values \"\(guide.companion.values.name)\""
            + (probe == nil ? "" : ", with a probe on the model")
    }
    public var stays: Bool { true }
    public var readsModel: Bool { probe != nil }

    public func plan(
        for conversation: [Message], reading value: Double, atLeast floor: RiskLevel,
        on day: CalendarDay
    ) -> AnswerPlan? {
        guard let probe else { return nil }
        // Read at the newest message alone: those before had a pass of their own, and a floor from it.
        let earlier = max(0, conversation.count { $0.role == .user } - 1)
        let logits = Array(repeating: Double.nan, count: earlier) + [probe.logit(value)]
        return guide.plan(
            for: conversation,
            readings: probe.reader.readings(of: conversation, logits: logits), atLeast: floor,
            on: day)
    }

    public func plan(for conversation: [Message], atLeast floor: RiskLevel, on day: CalendarDay)
        -> AnswerPlan
    {
        guide.plan(for: conversation, atLeast: floor, on: day)
    }

    public func reviewer(for plan: AnswerPlan, on day: CalendarDay) -> any Reviewing {
        Review(review: guide.review(for: plan, on: day))
    }

    public func level(of conversation: [Message]) -> RiskLevel {
        guide.companion.reader.reading(of: conversation).level
    }

    private struct Review: Reviewing {
        var review: ReplyReview

        mutating func feed(_ text: String) -> String { review.feed(text) }
        mutating func finish() -> String { review.finish() }
    }
}

/// The guardian of the essay, around answers: a baseline to be compared with.
public struct GatekeeperGuardian: Guarding {
    private let gatekeeper: Gatekeeper
    private let reader: RiskReader

    /// - Parameter reader: Reads the danger that this guardian cuts at.
    public init(_ reader: RiskReader) {
        gatekeeper = Gatekeeper(reader)
        self.reader = reader
    }

    public var policy: String { "gatekeeper" }
    public var stays: Bool { false }

    public func plan(for conversation: [Message], atLeast floor: RiskLevel, on day: CalendarDay)
        -> AnswerPlan
    {
        gatekeeper.plan(for: conversation)
    }

    public func reviewer(for plan: AnswerPlan, on day: CalendarDay) -> any Reviewing { Unread() }

    public func level(of conversation: [Message]) -> RiskLevel {
        reader.reading(of: conversation).level
    }

    /// It reads questions, not answers.
    private struct Unread: Reviewing {
        mutating func feed(_ text: String) -> String { text }
        mutating func finish() -> String { "" }
    }
}
