import Synchronization

/// How far a tour is, and how long all that is left will take.
///
/// Parts take the times that the plan expects, times how much slower or faster this machine has been
/// than that so far.
final class TourClock: Sendable {
    private struct State {
        /// Expected seconds of what is over, and the ones that this sitting took for its part of it.
        var over = 0.0
        var expected = 0.0
        var taken = 0.0
        var part: TourPart?
        var start = ContinuousClock.now
    }

    private let parts: [TourPart]
    private let plan: TourPlan
    private let line = ProgressLine("tour")
    private let state = Mutex(State())

    /// What this sitting's pace counts before anything was measured, in seconds.
    private static let prior = 20.0

    init(_ parts: [TourPart], _ plan: TourPlan) {
        self.parts = parts
        self.plan = plan
    }

    func begin(_ part: TourPart) {
        state.withLock {
            $0.part = part
            $0.start = .now
        }
        update(0, "begins")
    }

    /// A part that an earlier sitting has done.
    func skip(_ part: TourPart) { state.withLock { $0.over += plan.seconds(part) } }

    func end(_ part: TourPart) {
        state.withLock {
            $0.over += plan.seconds(part)
            $0.expected += plan.seconds(part)
            $0.taken += (ContinuousClock.now - $0.start) / .seconds(1)
            $0.part = nil
        }
    }

    /// Shows how far the part is.
    /// - Parameters:
    ///   - share: Of the part, 0 to 1.
    ///   - words: What is done just now.
    func update(_ share: Double, _ words: String) {
        let total = max(1, parts.reduce(0) { $0 + plan.seconds($1) })
        let now = state.withLock { [plan] state -> (part: TourPart, done: Double, left: Double)? in
            guard let part = state.part else { return nil }
            let current = plan.seconds(part) * min(1, max(0, share.isFinite ? share : 0))
            let done = state.over + current
            let taken = state.taken + (ContinuousClock.now - state.start) / .seconds(1)
            let pace = (taken + Self.prior) / (state.expected + current + Self.prior)
            return (part, done, max(0, total - done) * pace)
        }
        guard let now, let place = parts.firstIndex(of: now.part) else { return }
        // The line would take 100 for the end of all.
        line.update(
            done: min(99, Int(100 * now.done / total)), total: 100,
            rate: "\(place + 1) of \(parts.count), \(now.part.title): \(words)",
            remaining: .seconds(now.left))
    }

    /// Leaves the line standing.
    func finish() { line.finish() }
}
