public import KeelGuardian
public import KeelLanguage

/// The guardian that stays, around answers.
public struct CompanionGuardian: Guarding {
    private let guide: CompanionGuide

    /// - Parameter guide: What plans answers and reviews what the model writes.
    public init(_ guide: CompanionGuide) {
        self.guide = guide
    }

    public var policy: String { "companion, values \"\(guide.companion.values.name)\"" }
    public var stays: Bool { true }

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
