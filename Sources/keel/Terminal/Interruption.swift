import ArgumentParser
import Foundation
import KeelLanguage

/// Runs work that Ctrl-C (or a polite kill) stops at its next safe point.
///
/// A second signal ends the program at once, as ever.
/// - Parameters:
///   - advice: What is said when the work was stopped: where it stands and how to go on.
///   - work: Stops when its task is cancelled.
/// - Returns: What the work returns.
/// - Throws: What the work throws; `ExitCode` 130 after a signal, and 1 after a lasting failure of
///   the model, both with the advice.
func untilInterrupted<Result: Sendable>(
    _ advice: String, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await work() }
    let signals = PoliteSignals { task.cancel() }
    defer { signals.stop() }
    do {
        return try await task.value
    } catch is CancellationError {
        Terminal.note(advice)
        throw ExitCode(130)
    } catch let error as any ModelFailure where error.isLasting {
        Terminal.note("Error: \(error)\n\(advice)")
        throw ExitCode(1)
    }
}

/// Runs `work` for each element, several at a time, and hands the results over in order.
/// - Parameters:
///   - elements: What to work on.
///   - limit: The most at a time.
///   - work: Runs concurrently.
///   - receive: Called with each result in the order of the elements, from one task.
/// - Throws: The first error; what was received before stays received. Before a lasting failure of
///   the model is thrown, what is under way is waited for and received.
func forEachInOrder<Element: Sendable, Result: Sendable>(
    _ elements: [Element], limit: Int, _ work: @escaping @Sendable (Element) async throws -> Result,
    receive: (Element, Result) throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var started = 0
        func start() {
            guard started < elements.count else { return }
            let index = started
            group.addTask { (index, try await work(elements[index])) }
            started += 1
        }
        for _ in 0..<limit { start() }
        var early: [Int: Result] = [:]
        var next = 0
        var end: (any ModelFailure)?
        while true {
            do {
                guard let (index, result) = try await group.next() else { break }
                early[index] = result
            } catch let failure as any ModelFailure where failure.isLasting {
                end = end ?? failure
            }
            while let ready = early.removeValue(forKey: next) {
                try receive(elements[next], ready)
                next += 1
            }
            if end == nil { start() }
        }
        if let end { throw end }
    }
}
