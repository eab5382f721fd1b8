import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where the handler of a signal writes: little else is safe in one.
private nonisolated(unsafe) var signalPipe: Int32 = -1

/// Listens for the signals that ask a program to stop: Ctrl-C and a plain `kill`.
///
/// The first signal calls the handler; a second one of its kind ends the program, as ever. A pipe
/// carries it to a thread that does nothing else: a signal can reach any thread of the engine, and
/// the shared threads may all be busy for long.
struct PoliteSignals {
    private static let end: UInt8 = 0
    private let numbers: [Int32]

    /// - Parameters:
    ///   - numbers: Which signals; the others keep their effect.
    ///   - handler: Runs on a thread of its own.
    init(_ numbers: [Int32] = [SIGINT, SIGTERM], _ handler: @escaping @Sendable () -> Void) {
        self.numbers = numbers
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        let (reading, writing) = (ends[0], ends[1])
        signalPipe = writing
        Thread.detachNewThread {
            var byte = Self.end
            while read(reading, &byte, 1) == 1, byte != Self.end { handler() }
            close(reading)
            close(writing)
        }
        for number in numbers {
            signal(number) { number in
                signal(number, SIG_DFL)
                var byte: UInt8 = 1
                _ = write(signalPipe, &byte, 1)
            }
        }
    }

    /// Gives the signals back their usual effect.
    func stop() {
        for number in numbers { signal(number, SIG_DFL) }
        var byte = Self.end
        _ = write(signalPipe, &byte, 1)
    }
}
