import Foundation
import Synchronization

/// Says how far long work is: one line redrawn on a terminal, a plain line now and then elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var shown = ContinuousClock.Instant.now - .seconds(3600)
    }

    private let label: String
    private let state = Mutex(State())
    private static let isDrawn = Mutex(false)

    init(_ label: String) {
        self.label = label
    }

    /// Shows the state of the work; most calls are too early after the last one and do nothing.
    /// - Parameters:
    ///   - done: Units done.
    ///   - total: Units in all.
    ///   - rate: What is done in a second, in words.
    ///   - remaining: Time left.
    func update(done: Int, total: Int, rate: String, remaining: Duration?) {
        let interval: Duration =
            Terminal.standardErrorIsTerminal ? .milliseconds(100) : .seconds(15)
        let isDue = state.withLock { state in
            let now = ContinuousClock.Instant.now
            guard done == total || now - state.shown >= interval else { return false }
            state.shown = now
            return true
        }
        guard isDue else { return }
        let left = remaining.map { ", \(Terminal.text($0)) left" } ?? ""
        let percent = total == 0 ? 100 : 100 * done / total
        let line =
            "\(label): \(done) of \(total) (\(percent)%), \(rate)\(done == total ? "" : left)"
        if Terminal.standardErrorIsTerminal {
            FileHandle.standardError.write(Data("\r\u{1B}[2K\(line)".utf8))
            Self.isDrawn.withLock { $0 = true }
            if done == total { finish() }
        } else {
            FileHandle.standardError.write(Data((line + "\n").utf8))
        }
    }

    /// Leaves the line standing and goes to the next.
    func finish() {
        let wasDrawn = Self.isDrawn.withLock { drawn in
            defer { drawn = false }
            return drawn
        }
        if wasDrawn { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    /// Takes a line that is being redrawn off the terminal, before something else is written.
    static func clear() {
        let wasDrawn = isDrawn.withLock { drawn in
            defer { drawn = false }
            return drawn
        }
        if wasDrawn { FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8)) }
    }
}
