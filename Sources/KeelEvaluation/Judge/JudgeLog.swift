import Foundation
import KeelFormats
import KeelLanguage

/// A judge's votes in a folder: `judge.json`, which judge it is, and `judgements.jsonl`, a line for
/// each vote.
///
/// The first is written once and never changed, the second only grows, so a program killed at any
/// moment leaves votes that need not be asked for again.
struct JudgeLog<Choice: JudgeChoice>: Sendable {
    let config: JudgeConfig
    private let writer: JSONLinesWriter

    private static var judgeName: String { "judge.json" }
    private static var votesName: String { "judgements.jsonl" }

    /// Whether a folder holds a judge's votes.
    static func exists(in folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(component: judgeName).path)
    }

    /// Begins a judge's votes in a folder, or takes up those of the same judge that are there.
    /// - Throws: `JudgeError.otherJudge`; `RunError` and `FileError` on the files.
    init(folder: URL, config: JudgeConfig) throws {
        if Self.exists(in: folder) {
            try self.init(reading: folder)
            let differences = self.config.differences(to: config)
            guard differences.isEmpty else {
                throw JudgeError.otherJudge(path: folder.path, differences: differences)
            }
            return
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw RunError.unwritable(path: folder.path, reason: error.localizedDescription)
        }
        try Run.write(config, to: folder.appending(component: Self.judgeName))
        try self.init(reading: folder)
    }

    /// Opens the votes that are there.
    /// - Throws: `RunError` and `FileError` on the files.
    init(reading folder: URL) throws {
        config = try Run.read(folder.appending(component: Self.judgeName))
        writer = try JSONLinesWriter(path: folder.appending(component: Self.votesName).path)
    }

    /// The votes that are there.
    /// - Throws: `JSONLinesError` with the line and field that can't be read; `FileError`.
    func votes() throws -> [Vote<Choice>.Key: Vote<Choice>] {
        var reader = try JSONLinesReader<Vote<Choice>>(path: writer.path)
        var votes: [Vote<Choice>.Key: Vote<Choice>] = [:]
        while let vote = try reader.next() {
            guard Set(vote.order).count == vote.order.count else {
                throw reader.error(
                    .invalidValue(field: "order", reason: "a letter has a choice of its own."))
            }
            if votes[vote.key] == nil { votes[vote.key] = vote }
        }
        return votes
    }

    /// The votes that are there on each question, in their order.
    /// - Throws: As `votes()`.
    func votes<Question: JudgeQuestion<Choice>>(
        on questions: [Question]
    ) throws -> [[Vote<Choice>]] {
        let all = try votes()
        return questions.map { question in
            let item = question.item
            return (0..<Question.votes(config)).compactMap { all[question.key(of: item, vote: $0)] }
        }
    }

    /// What the votes come to, a judgement for each question.
    /// - Throws: As `votes()`.
    func judgements<Question: JudgeQuestion<Choice>>(
        on questions: [Question]
    ) throws -> [Judgement<Choice>] {
        zip(questions, try votes(on: questions)).map { question, own in
            own.count == Question.votes(config)
                ? Judgement(votes: own, on: question, config.reading)
                : Judgement(missing: .notJudged)
        }
    }

    /// Asks for the votes that are missing, and appends each as it comes.
    ///
    /// Cancelling the task stops within the judge's current calls; what was appended is kept.
    /// - Parameters:
    ///   - questions: What is to be judged.
    ///   - model: The judge that the configuration names.
    ///   - concurrency: The most calls at a time, at least 1.
    ///   - progress: Called after each change, from one task; counts votes.
    /// - Returns: Votes that the judge failed to give; the next sitting asks for them again.
    /// - Throws: `CancellationError`; errors of reading and writing the votes.
    func collect<Question: JudgeQuestion<Choice>>(
        on questions: [Question], from model: any ChatModel, concurrency: Int,
        progress: (Run.Progress) -> Void
    ) async throws -> [Run.Failure] {
        let there = try votes()
        let tasks = questions.flatMap { question in
            let item = question.item
            return (0..<Question.votes(config)).map { VoteTask(question, $0, item) }
        }
        let left = tasks.filter { there[$0.key] == nil }
        let judge = Judge(model: model, config: config)
        let clock = ContinuousClock()
        let start = clock.now
        var failures: [Run.Failure] = []
        var state = Run.Progress(
            done: tasks.count - left.count, total: tasks.count, doneNow: 0, tokensNow: 0,
            elapsed: .zero)
        progress(state)
        try await withThrowingTaskGroup(of: VoteTask<Question>.Outcome.self) { group in
            var next = left.makeIterator()
            for _ in 0..<max(1, concurrency) {
                guard let task = next.next() else { break }
                group.addTask { try await task.outcome(from: judge) }
            }
            while let outcome = try await group.next() {
                switch outcome {
                case .vote(let vote):
                    try writer.append(vote)
                    state.done += 1
                    state.doneNow += 1
                case .failure(let failure): failures.append(failure)
                }
                state.elapsed = clock.now - start
                progress(state)
                if let task = next.next() {
                    group.addTask { try await task.outcome(from: judge) }
                }
            }
        }
        try writer.synchronize()
        return failures
    }
}

/// One vote to be had.
private struct VoteTask<Question: JudgeQuestion>: Sendable {
    enum Outcome: Sendable {
        case vote(Vote<Question.Choice>)
        case failure(Run.Failure)
    }

    let question: Question
    let number: Int
    let key: Vote<Question.Choice>.Key

    init(_ question: Question, _ number: Int, _ item: String) {
        self.question = question
        self.number = number
        key = question.key(of: item, vote: number)
    }

    /// - Throws: `CancellationError` alone.
    func outcome(from judge: Judge) async throws -> Outcome {
        try Task.checkCancellation()
        do {
            return .vote(try await judge.vote(number, on: question))
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            return .failure(
                .init(probe: question.probe, sample: question.sample, reason: "\(error)"))
        }
    }
}
