import Dispatch
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
/// carries it, since a signal can reach any thread of the engine, and Dispatch's own source was
/// seen to miss one there.
struct PoliteSignals {
    private static let numbers = [SIGINT, SIGTERM]
    private let source: any DispatchSourceRead

    init(_ handler: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        signalPipe = ends[1]
        source = DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: .global())
        source.setEventHandler {
            var byte: UInt8 = 0
            if read(ends[0], &byte, 1) == 1 { handler() }
        }
        source.setCancelHandler {
            close(ends[0])
            close(ends[1])
        }
        source.resume()
        for number in Self.numbers {
            signal(number) { number in
                signal(number, SIG_DFL)
                var byte: UInt8 = 1
                _ = write(signalPipe, &byte, 1)
            }
        }
    }

    /// Gives the signals back their usual effect.
    func stop() {
        for number in Self.numbers { signal(number, SIG_DFL) }
        source.cancel()
    }
}
