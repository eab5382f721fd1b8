import KeelModel

/// The one thread on which a model is loaded, trained and sampled.
///
/// Tensors are not `Sendable`; and the engine is fastest when one thread calls it.
public actor TrainingThread {
    private let executor = ThreadExecutor(name: "keel training")

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    public init() {}

    /// Runs `body` on the thread; where it waits for something else, the thread is free.
    public func run<Result: Sendable>(
        _ body: @Sendable (isolated TrainingThread) async throws -> Result
    ) async rethrows -> Result {
        try await body(self)
    }
}
