import KeelFormats
import KeelLanguage

/// The results of one step of a job: a file that only grows, so that what was paid for is kept.
struct WorkLog<Record: WorkRecord>: Sendable {
    /// A piece of work, with a record to be had for each of its keys.
    struct Piece: Sendable {
        var keys: [String]
        var run: @Sendable () async throws -> [Record]
    }

    private let step: String
    private let writer: JSONLinesWriter

    /// - Throws: `FileError`.
    init(step: String, path: String) throws {
        self.step = step
        writer = try JSONLinesWriter(path: path)
    }

    /// The records that are there, by their keys.
    /// - Throws: `JSONLinesError` with the line and field that can't be read; `FileError`.
    func records() throws -> [String: Record] {
        var reader = try JSONLinesReader<Record>(path: writer.path)
        var records: [String: Record] = [:]
        while let record = try reader.next() {
            if records[record.key] == nil { records[record.key] = record }
        }
        return records
    }

    /// Runs the pieces of which a record is missing, and appends what each gives as it comes.
    ///
    /// Cancelling the task stops within the current calls; what was appended is kept. After a lasting
    /// failure of a model nothing new is begun, and what is under way is waited for and kept.
    /// - Parameters:
    ///   - pieces: All the work of this step.
    ///   - concurrency: The most at a time, at least 1.
    ///   - progress: Called after each piece, from one task.
    /// - Returns: What failed; the next sitting tries again.
    /// - Throws: `CancellationError`; a lasting failure of a model; errors of the file.
    func collect(
        _ pieces: [Piece], concurrency: Int, progress: (CharacterJob.Progress) -> Void
    ) async throws -> [CharacterJob.Failure] {
        if pieces.isEmpty { return [] }
        let there = try records()
        let left = pieces.filter { !$0.keys.allSatisfy { there[$0] != nil } }
        var failures: [CharacterJob.Failure] = []
        var state = CharacterJob.Progress(
            step: step, done: pieces.count - left.count, total: pieces.count)
        progress(state)
        var end: (any ModelFailure)?
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var next = left.makeIterator()
            func start() {
                guard end == nil, let piece = next.next() else { return }
                group.addTask { try await outcome(piece) }
            }
            for _ in 0..<max(1, concurrency) { start() }
            while let outcome = try await group.next() {
                switch outcome {
                case .records(let records):
                    for record in records where there[record.key] == nil {
                        try writer.append(record)
                    }
                    state.done += 1
                case .failed(let failure): failures.append(failure)
                case .ended(let failure): end = end ?? failure
                }
                progress(state)
                start()
            }
        }
        try writer.synchronize()
        if let end { throw end }
        return failures
    }

    private enum Outcome: Sendable {
        case records([Record])
        case failed(CharacterJob.Failure)
        /// An error that all further work would meet.
        case ended(any ModelFailure)
    }

    private func outcome(_ piece: Piece) async throws -> Outcome {
        try Task.checkCancellation()
        do {
            return .records(try await piece.run())
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            if let failure = error as? any ModelFailure, failure.isLasting {
                return .ended(failure)
            }
            return .failed(
                .init(step: step, work: piece.keys.first ?? "", reason: "\(error)"))
        }
    }
}
