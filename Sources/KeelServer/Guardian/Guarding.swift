internal import Foundation
public import KeelGuardian
public import KeelLanguage

/// What a guardian does around an answer: it reads the conversation, plans the answer, and reads what the
/// model writes before a person does.
///
/// It stands between `Answering` and the routes. Its parts are called on threads of their own and are given
/// up after a deadline, so it may fail, hang or return rubbish: `GuardedAnswering` says what is done then.
/// What it wants said it chooses among vetted sentences, and has no other way to put words anywhere.
public protocol Guarding: Sendable {
    /// Who decides and by what, as the log names it.
    var policy: String { get }
    /// Whether somebody who may be at risk is answered even where it, the model or the server fails.
    var stays: Bool { get }

    /// The plan for the answer to the newest message.
    /// - Parameters:
    ///   - conversation: All that was said.
    ///   - floor: What was read of the conversation before; no level lies below it.
    ///   - day: Today.
    /// - Returns: What `GuardedAnswering` carries out.
    /// - Throws: Anything; the answer is then as careful as if there were danger.
    func plan(for conversation: [Message], atLeast floor: RiskLevel, on day: CalendarDay) throws
        -> AnswerPlan

    /// Reads the model's words of a plan; one for each answer.
    func reviewer(for plan: AnswerPlan, on day: CalendarDay) throws -> any Reviewing

    /// What is read of a whole conversation.
    func level(of conversation: [Message]) throws -> RiskLevel

    /// Whether it has a use for what is read off the model on the way to its answer.
    var readsModel: Bool { get }

    /// The plan for the same, with what was read off the model at the last token of its prompt.
    ///
    /// It is asked for where the prompt was the conversation as it stands, before anything is shown, and
    /// counts where its level is higher.
    /// - Parameters:
    ///   - conversation: All that was said.
    ///   - value: As `PromptReadableChatModel` has it.
    ///   - floor: As for `plan(for:atLeast:on:)`.
    ///   - day: Today.
    /// - Returns: Nil for a guardian without a use for it.
    /// - Throws: Anything; the first plan stands then.
    func plan(
        for conversation: [Message], reading value: Double, atLeast floor: RiskLevel,
        on day: CalendarDay
    ) throws -> AnswerPlan?
}

extension Guarding {
    public var readsModel: Bool { false }

    public func plan(
        for conversation: [Message], reading value: Double, atLeast floor: RiskLevel,
        on day: CalendarDay
    ) throws -> AnswerPlan? { nil }
}

/// Reads an answer before it is shown, with the same verdict for any chunking.
///
/// It may leave out, and put `NumberFilter.substitute` where a number was. Anything else it returns is
/// taken for a failure.
public protocol Reviewing: Sendable {
    /// Takes more of the answer.
    /// - Returns: What may be shown now.
    mutating func feed(_ text: String) throws -> String
    /// Ends the answer.
    /// - Returns: The rest of what may be shown.
    mutating func finish() throws -> String
}

/// A guardian, and what it needs around it.
public struct Guardianship: Sendable {
    /// Reads conversations, plans answers and reviews them.
    public var guardian: any Guarding
    /// The texts of what it says.
    public var words: VettedWords
    /// How long a part of it may take before the answer goes on without it.
    public var deadline = Duration.seconds(2)
    /// A file of what was decided and shown, without the words of anybody; nil for none.
    public var log: DecisionLog?

    /// The day by which entries of the table of help are too old.
    public var today: @Sendable () -> CalendarDay = {
        CalendarDay(secondsSince1970: Date().timeIntervalSince1970)
    }

    public init(_ guardian: any Guarding, words: VettedWords) {
        self.guardian = guardian
        self.words = words
    }
}
