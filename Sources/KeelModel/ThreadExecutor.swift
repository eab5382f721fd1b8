internal import Foundation

/// Runs the work of one actor on one thread of its own.
///
/// A step of a model takes tens of milliseconds; on the shared pool it would starve every other
/// task. And the engine keeps a team of worker threads for each thread that calls it: with more
/// teams than cores their waiting turns from spinning to sleeping, which cost a third of the speed
/// of decoding (docs/lab-log.md). So the model is loaded on this thread, too.
package final class ThreadExecutor: SerialExecutor {
    /// What the thread and the executor share; the thread outlives the executor by at most one wait.
    private final class Queue: @unchecked Sendable {
        typealias Work = @Sendable () -> Void
        private let condition = NSCondition()
        private var work: [Work] = []
        private var isClosed = false

        func append(_ next: @escaping Work) {
            condition.withLock {
                work.append(next)
                condition.signal()
            }
        }

        func close() {
            condition.withLock {
                isClosed = true
                condition.signal()
            }
        }

        /// The next piece of work, waited for; nil when the queue is closed and empty.
        func next() -> Work? {
            condition.withLock {
                while work.isEmpty, !isClosed { condition.wait() }
                return work.isEmpty ? nil : work.removeFirst()
            }
        }
    }

    private let queue = Queue()

    package init(name: String) {
        let thread = Thread { [queue] in
            while let work = queue.next() { work() }
        }
        thread.name = name
        // Deep recursion happens in the engine's backward pass.
        thread.stackSize = 16 << 20
        thread.start()
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // An actor keeps its executor alive while it has jobs.
        let executor = asUnownedSerialExecutor()
        queue.append { job.runSynchronously(on: executor) }
    }

    /// Runs `body` on the thread, before the actor exists whose work the thread will do.
    package func perform<Result>(_ body: @escaping @Sendable () throws -> sending Result)
        async throws
        -> sending Result
    {
        try await withCheckedThrowingContinuation { continuation in
            queue.append { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
