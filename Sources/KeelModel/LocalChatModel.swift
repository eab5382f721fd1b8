internal import Foundation
public import KeelLanguage
public import KeelTensor
internal import Synchronization

/// A model on this machine that many tasks may talk to at once, answered in running batches.
///
/// One batch on all threads answers a single request soonest. Where many answers are wanted, several
/// workers with fewer threads each do more in all: the many small operations of a step run on one
/// thread, and while one worker does those the other multiplies (docs/lab-log.md).
public final class LocalChatModel: ChatModel {
    /// The model's reference, as it was asked for.
    public let name: String
    private let workers: [ModelWorker]
    /// Answers and scores that each worker has been asked for and not given.
    private let loads: Mutex<[Int]>

    /// Loads a model.
    /// - Parameters:
    ///   - reference: A path or alias, and adapter folders.
    ///   - device: Where to compute.
    ///   - type: What is computed in.
    ///   - precision: How many bits weights take.
    ///   - maxBatch: The most sequences that are written at once; more wait.
    ///   - workers: Batches that are written side by side with the same weights. The threads of an
    ///     operation (`Engine.threads`) are those of each.
    /// - Throws: `ModelError`, or the error of the file format that is broken.
    public init(
        _ reference: ModelReference, device: Device = .cpu, type: ElementType = .float32,
        weights precision: WeightPrecision = .full, maxBatch: Int = 64, workers: Int = 1
    ) async throws {
        name = reference.description
        let executors = (0..<max(1, workers)).map { _ in ThreadExecutor(name: "keel model") }
        let weights = try await executors[0].perform {
            SharedWeights(
                language: try LanguageModel(
                    reference, device: device, type: type, weights: precision))
        }
        // A map has some sixty long talks go on at once, and one that is forgotten is read again from
        // its beginning at every turn.
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory / 8)
        let prefixes = SharedPrefixes(limit: min(2 << 30, memory))
        self.workers = executors.map {
            ModelWorker(
                on: $0, weights, maxBatch: (maxBatch + executors.count - 1) / executors.count,
                memoryLimit: (2 << 30) / executors.count, prefixes: prefixes)
        }
        loads = Mutex(executors.map { _ in 0 })
    }

    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws -> [Completion]
    {
        try await complete(prompt, samples: samples, options: options, steering: [], readings: [])
    }

    /// The same with the residual stream changed and read; other requests in the batch are not
    /// touched.
    public func complete(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, steering: [Steering],
        readings: [Reading] = []
    ) async throws -> [Completion] {
        try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
            for part in parts(of: samples) {
                group.addTask {
                    let completions = try await self.withWorker(part.count) {
                        try await $0.complete(
                            prompt, samples: part, options: options, steering: steering,
                            readings: readings)
                    }
                    return (part.lowerBound, completions)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
                .sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        stream(prompt, samples: samples, options: options, logprobs: logprobs, steering: [])
    }

    /// The same with the residual stream changed and read, at each token or at the prompt's last.
    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?,
        steering: [Steering], readings: [Reading] = [], promptReading: PromptReading? = nil
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            let (number, worker) = take(samples.count)
            let task = Task {
                await worker.stream(
                    prompt, samples, options, logprobs, steering, readings, promptReading,
                    into: continuation)
            }
            continuation.onTermination = { reason in
                self.giveBack(samples.count, to: number)
                guard case .cancelled = reason else { return }
                Task { if let id = await task.value { await worker.cancel(id) } }
            }
        }
    }

    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        try await score(completions, after: prompt, steering: [])
    }

    /// The same with the residual stream changed.
    public func score(_ completions: [String], after prompt: Prompt, steering: [Steering])
        async throws -> [Score]
    {
        try await withWorker(1) {
            try Task.checkCancellation()
            return try await $0.score(completions, after: prompt, steering: steering)
        }
    }

    /// Runs `body` with the model itself, between two steps of a batch.
    ///
    /// Other workers go on reading the weights meanwhile.
    public func withModel<Result: Sendable>(_ body: @Sendable (LanguageModel) throws -> Result)
        async throws -> Result
    {
        try await workers[0].withModel(body)
    }

    /// How a request is shared out: whole, so that its prompt is read once, unless there is nothing
    /// else to do.
    private func parts(of samples: Range<Int>) -> [Range<Int>] {
        let isIdle = loads.withLock { $0.allSatisfy { $0 == 0 } }
        let size = isIdle ? (samples.count + workers.count - 1) / workers.count : samples.count
        return stride(from: samples.lowerBound, to: samples.upperBound, by: max(1, size)).map {
            $0..<min($0 + size, samples.upperBound)
        }
    }

    /// Does something with the worker that has the least to do.
    private func withWorker<Result: Sendable>(
        _ load: Int, _ body: (ModelWorker) async throws -> Result
    ) async throws -> Result {
        let (number, worker) = take(load)
        defer { giveBack(load, to: number) }
        return try await body(worker)
    }

    private func take(_ load: Int) -> (number: Int, worker: ModelWorker) {
        let number = loads.withLock { loads in
            let least = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            loads[least] += load
            return least
        }
        return (number, workers[number])
    }

    private func giveBack(_ load: Int, to number: Int) {
        loads.withLock { $0[number] -= load }
    }
}
