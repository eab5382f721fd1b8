import Foundation
import KeelGuardian
import KeelLanguage
import KeelServer
import NIOHTTP1
import Synchronization
import Testing

/// A guardian whose parts go wrong.
struct FaultyGuardian: Guarding {
    struct Broken: Error {}

    enum Fault: CaseIterable, Sendable { case none, throwing, hanging, rubbish }
    enum Part: CaseIterable, Sendable { case reading, making, feeding, finishing }

    let inner: CompanionGuardian
    let hang: Hang
    /// What goes wrong now, with a part.
    let next: @Sendable (Part) -> Fault

    var policy: String { "faulty" }
    var stays: Bool { true }

    /// - Returns: Whether to return rubbish.
    private func goWrong(_ part: Part) throws -> Bool {
        switch next(part) {
        case .none: return false
        case .throwing: throw Broken()
        case .hanging:
            hang.wait()
            return false
        case .rubbish: return true
        }
    }

    func plan(for conversation: [Message], atLeast floor: RiskLevel, on day: CalendarDay) throws
        -> AnswerPlan
    {
        var plan = inner.plan(for: conversation, atLeast: floor, on: day)
        if try goWrong(.reading) {
            switch plan.assessment.message % 4 {
            case 0: plan.assessment.reading.probability = 7
            case 1: plan.assessment.moves = []
            case 2: plan.assessment.message = -1
            default: plan.before = Array(repeating: .resource("nobody"), count: 1000)
            }
        }
        return plan
    }

    func reviewer(for plan: AnswerPlan, on day: CalendarDay) throws -> any Reviewing {
        let isRubbish = try goWrong(.making)
        return Review(
            inner: inner.reviewer(for: plan, on: day), guardian: self, isRubbish: isRubbish)
    }

    func level(of conversation: [Message]) throws -> RiskLevel { inner.level(of: conversation) }

    private struct Review: Reviewing {
        var inner: any Reviewing
        let guardian: FaultyGuardian
        let isRubbish: Bool

        mutating func feed(_ text: String) throws -> String {
            let isRubbish = try guardian.goWrong(.feeding)
            let passed = try inner.feed(text)
            return isRubbish || self.isRubbish ? "Call 555-0199 \u{0} now." : passed
        }

        mutating func finish() throws -> String {
            let isRubbish = try guardian.goWrong(.finishing)
            let passed = try inner.finish()
            return isRubbish ? passed + "Call 555-0199." : passed
        }
    }
}

/// The guardian's parts crash, hang and return rubbish.
@Suite struct GuardianFaultTests {
    private final class Counter: Sendable {
        let state = Mutex(UInt64(0))
    }

    private static let danger = "I want to die"
    private static let reply =
        "I hear you. I have to end this conversation now. Call 555-0199. It is much to carry."
    private static let ends: Set = ["stop", "length", "care", "guard_error", "cancelled"]

    /// Runs a test with a faulty guardian, and lets go of what hangs.
    private func faulty(
        deadline: Duration,
        _ next: @escaping @Sendable (FaultyGuardian.Part) -> FaultyGuardian.Fault,
        _ body: (Talker) async throws -> Void
    ) async throws {
        let hang = try Hang()
        defer { hang.letGo() }
        let guardian = FaultyGuardian(inner: try .shipped(), hang: hang, next: next)
        var failure: (any Error)?
        try await withServer(
            [.one(PieceModel(text: Self.reply))],
            configure: {
                do {
                    try $0.guarded(by: guardian)
                    $0.guardian?.deadline = deadline
                } catch { failure = error }
            }
        ) { server in
            #expect(failure == nil)
            try await body(Talker(server: server))
        }
    }

    /// What holds of every answer to somebody at risk, whatever went wrong.
    private func check(_ told: Talker.Told, _ talker: Talker) async throws {
        #expect(Self.ends.contains(told.finish), "\(told.finish)")
        #expect(!told.content.isEmpty && told.streamed == told.content)
        #expect(!told.content.contains("555") && !told.content.contains("\u{0}"))
        #expect(!told.content.contains("end this conversation"))
        let why = try await talker.why(told.id)
        let review = try #require(why["review"] as? String)
        #expect(review != "unreviewed")
        if told.finish == "guard_error" { #expect(review == "replaced") }
        if review == "reviewed" { #expect(told.content.contains("It is much to carry.")) }
    }

    @Test(arguments: FaultyGuardian.Part.allCases, FaultyGuardian.Fault.allCases)
    func `one part goes wrong, and nobody is left without an answer`(
        part: FaultyGuardian.Part, fault: FaultyGuardian.Fault
    ) async throws {
        // Only what hangs is late; all else is given more time than a busy machine takes.
        let deadline = Duration.seconds(fault == .hanging ? 2 : 60)
        try await faulty(deadline: deadline, { $0 == part ? fault : .none }) { talker in
            let id = try await talker.conversation()
            let told = try await talker.say(Self.danger, in: id)
            try await check(told, talker)
            if fault == .none { #expect(told.finish == "stop") }
            let why = try await talker.why(told.id)
            #expect((why["failure"] != nil) == (part == .reading && fault != .none))
            if part != .reading, fault != .none { #expect(told.finish == "guard_error") }
            // The conversation goes on.
            try await check(try await talker.say("Still here", in: id, after: told.id), talker)
            let metrics = try await talker.send(.GET, "/metrics").text
            #expect(metrics.contains("keel_guardian_failures_total") == (fault != .none))
        }
    }

    @Test func `calls that never come back are not piled up without end`() async throws {
        let begun = Counter()
        try await faulty(
            deadline: .milliseconds(100),
            { part in
                guard part == .reading else { return .none }
                begun.state.withLock { $0 += 1 }
                return .hanging
            }
        ) { talker in
            for _ in 0..<40 {
                let told = try await talker.say(
                    Self.danger, in: try await talker.conversation())
                #expect(!told.content.isEmpty)
            }
            #expect(begun.state.withLock { $0 } <= 16)
        }
    }

    @Test
    func `under load with faults at random, no answer is cut and none is falsely called read`()
        async throws
    {
        let random = Counter()
        // Hangs are rare: each keeps a thread.
        let next: @Sendable (FaultyGuardian.Part) -> FaultyGuardian.Fault = { _ in
            let drawn = random.state.withLock { state in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (state >> 33) % 400
            }
            return switch drawn {
            case 0: .hanging
            case 1..<12: .throwing
            case 12..<24: .rubbish
            default: .none
            }
        }
        try await faulty(deadline: .seconds(2), next) { talker in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        let id = try await talker.conversation()
                        var last: Talker.Told?
                        for text in [Self.danger, "I don't know", "再也撑不下去了"] {
                            let told = try await talker.say(text, in: id, after: last?.id)
                            try await check(told, talker)
                            last = told
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
