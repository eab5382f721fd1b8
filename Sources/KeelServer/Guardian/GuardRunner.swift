internal import Dispatch
internal import Synchronization

/// Why a guardian's part was of no use.
enum GuardFailure: Error, Hashable, CustomStringConvertible {
    /// It took longer than it may.
    case late
    /// So many calls are late that no more are begun until they come back.
    case hangs
    /// It returned what cannot be.
    case rubbish(String)
    /// It threw; the kind of the error, since its words may be personal.
    case failed(String)

    init(_ error: any Error) {
        self = error as? GuardFailure ?? .failed("\(type(of: error))")
    }

    var description: String {
        switch self {
        case .late: "it took too long"
        case .hangs: "earlier calls have not come back"
        case .rubbish(let why): "what it returned cannot be: \(why)"
        case .failed(let kind): "it failed with \(kind)"
        }
    }
}

/// Runs parts of a guardian where they can neither hold up the server nor bring an answer down.
///
/// They run on threads of the system, not on the few of the tasks. One that does not come back in time is
/// left behind; what it returns later goes nowhere.
final class GuardRunner: Sendable {
    /// The most calls that are left behind at a time: each holds a thread.
    private static let mostHanging = 16

    private let deadline: Duration
    private let hanging = Mutex(0)

    init(deadline: Duration) { self.deadline = deadline }

    /// - Throws: `GuardFailure`, or what `body` throws.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        guard hanging.withLock({ $0 < Self.mostHanging }) else { throw GuardFailure.hangs }
        let race = Race<Value>()
        let clock = Task { [deadline, self] in
            try await Task.sleep(for: deadline)
            if race.end(.failure(GuardFailure.late)) { hanging.withLock { $0 += 1 } }
        }
        defer { clock.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            race.begin(continuation)
            DispatchQueue.global().async { [self] in
                if !race.end(Result { try body() }) { hanging.withLock { $0 -= 1 } }
            }
        }
    }
}

/// Two ends of one call, of which the first counts.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Value, any Error>)
        case over(Result<Value, any Error>)
    }

    private let state = Mutex<State>(.open)

    func begin(_ continuation: CheckedContinuation<Value, any Error>) {
        let result = state.withLock { state -> Result<Value, any Error>? in
            if case .over(let result) = state { return result }
            state = .waiting(continuation)
            return nil
        }
        if let result { continuation.resume(with: result) }
    }

    /// - Returns: Whether this was the first end.
    func end(_ result: Result<Value, any Error>) -> Bool {
        let (isFirst, continuation) = state.withLock {
            state -> (Bool, CheckedContinuation<Value, any Error>?) in
            switch state {
            case .open:
                state = .over(result)
                return (true, nil)
            case .waiting(let continuation):
                state = .over(result)
                return (true, continuation)
            case .over: return (false, nil)
            }
        }
        continuation?.resume(with: result)
        return isFirst
    }
}
