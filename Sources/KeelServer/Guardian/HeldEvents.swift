/// The events of an answer, of which the first can be looked at before they are passed on.
struct HeldEvents {
    /// Taken up wherever it was left; to drop it ends the answer.
    private let rest: AsyncThrowingStream<AnsweringEvent, any Error>
    private var held: [AnsweringEvent] = []
    private var failure: (any Error)?
    private let awaitsReading: Bool

    /// - Parameters:
    ///   - events: What happens; dropped with this.
    ///   - awaitsReading: Whether something may be read off the model first.
    init(_ events: AsyncThrowingStream<AnsweringEvent, any Error>, awaitsReading: Bool) {
        rest = events
        self.awaitsReading = awaitsReading
    }

    /// What was read off the model on the way to its answer.
    ///
    /// Waits until the prompt is read; nil at once where nothing is awaited, and where an answer begins, ends
    /// or fails without.
    mutating func reading() async -> Double? {
        guard awaitsReading else { return nil }
        do {
            for try await event in rest {
                if case .read(let value) = event { return value }
                held.append(event)
                guard case .asked = event else { return nil }
            }
        } catch {
            failure = error
        }
        return nil
    }

    /// The next event, those that were looked at first.
    /// - Throws: What ended the events.
    mutating func next() async throws -> AnsweringEvent? {
        if !held.isEmpty { return held.removeFirst() }
        if let failure { throw failure }
        for try await event in rest { return event }
        return nil
    }
}
