import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The built program, run as a person or a script runs it.
final class Program {
    /// What a run of the program left behind.
    struct Outcome {
        /// The exit status; nil after a signal.
        var status: Int32?
        var signal: Int32?
        var output: String
        var errors: String
    }

    /// No run may last longer, in seconds; a hang fails its own test instead of stopping them all.
    private let limit: Int

    private let process = Process()
    private let outputPath: String
    private let errorsPath: String
    private let ended: AsyncStream<Never>
    private let watchdog: DispatchWorkItem

    /// Starts the program in a scratch folder, beside a cache that holds no model.
    ///
    /// Waits while as many others run as there are processors. No file that it writes can be longer
    /// than the limit, a multiple of 512 bytes: then writing fails, as on a full disk. One that another
    /// waits for does not wait for room itself; and one that waits for its test needs more time, as
    /// other tests may hold all threads.
    init(
        _ arguments: [String], input: String = "", in scratch: Scratch, fileLimit: Int? = nil,
        environment added: [String: String] = [:], waitsForRoom: Bool = true, limit: Int = 60
    ) async throws {
        self.limit = limit
        let name = UUID().uuidString
        let inputPath = try scratch.write(input, to: ".\(name).input")
        outputPath = try scratch.write("", to: ".\(name).output")
        errorsPath = try scratch.write("", to: ".\(name).errors")
        let program = try Self.executable.get()
        process.executableURL = program
        process.arguments = arguments
        if let fileLimit {
            let limited = "trap '' XFSZ; ulimit -f \(fileLimit / 512); exec \"$0\" \"$@\""
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", limited, program.path] + arguments
        }
        process.currentDirectoryURL = scratch.folder
        var environment = ProcessInfo.processInfo.environment
        environment["COLUMNS"] = nil
        environment["KEEL_CACHE"] = scratch.path("cache")
        environment.merge(added) { $1 }
        process.environment = environment
        process.standardInput = FileHandle(forReadingAtPath: inputPath)
        process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorsPath)

        if waitsForRoom { await Room.shared.enter() }
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        self.ended = ended
        process.terminationHandler = { _ in
            end.finish()
            if waitsForRoom { Task { await Room.shared.leave() } }
        }
        try process.run()
        let identifier = process.processIdentifier
        watchdog = DispatchWorkItem { kill(identifier, SIGALRM) }
        DispatchQueue.global().asyncAfter(
            deadline: .now() + .seconds(limit), execute: watchdog)
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], input: String = "", in scratch: Scratch, fileLimit: Int? = nil,
        waitsForRoom: Bool = true
    ) async throws -> Outcome {
        try await Program(
            arguments, input: input, in: scratch, fileLimit: fileLimit, waitsForRoom: waitsForRoom
        ).outcome()
    }

    /// Sends a signal, unless the program has ended.
    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Returns as soon as a file has so many whole lines, or the program has ended.
    ///
    /// Watches from a thread of its own: other tests can hold all threads of the tasks for seconds,
    /// and by then the program would be done.
    func waitUntil(_ path: String, hasLines count: Int) async {
        let process = process
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var size = 0
                while process.isRunning {
                    let newSize = Scratch.size(of: path)
                    if newSize != size, Lines(path).count >= count { break }
                    size = newSize
                    sched_yield()
                }
                continuation.resume()
            }
        }
    }

    /// What the program has said on standard error, once it has said `word`, or has ended.
    func errors(oncePresent word: String) async -> String {
        let (process, path) = (process, errorsPath)
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var said = ""
                repeat {
                    sched_yield()
                    said = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                } while process.isRunning && !said.contains(word)
                continuation.resume(returning: said)
            }
        }
    }

    /// Waits for the program's end.
    func outcome() async throws -> Outcome {
        for await _ in ended {}
        watchdog.cancel()
        let wasSignalled = process.terminationReason == .uncaughtSignal
        let number = process.terminationStatus
        if wasSignalled, number == SIGALRM {
            throw Failure("keel was still running after \(limit) s and was stopped.")
        }
        return Outcome(
            status: wasSignalled ? nil : number, signal: wasSignalled ? number : nil,
            output: try String(contentsOfFile: outputPath, encoding: .utf8),
            errors: try String(contentsOfFile: errorsPath, encoding: .utf8))
    }

    /// Starts the program again and again, and kills each run once a file has so many lines.
    ///
    /// A busy machine can let a run end before the kill: `undo` takes its work away, and the same
    /// moment is tried again.
    static func killRepeatedly(
        _ arguments: [String], in scratch: Scratch, onceFile file: String, hasLines moments: [Int],
        undo: () throws -> Void
    ) async throws {
        var kills = 0
        for _ in 0..<(10 * moments.count) where kills < moments.count {
            let program = try await Program(arguments, in: scratch)
            await program.waitUntil(file, hasLines: moments[kills])
            program.signal(SIGKILL)
            let outcome = try await program.outcome()
            if outcome.signal == SIGKILL {
                kills += 1
            } else {
                expectSuccess(outcome)
                try undo()
            }
        }
        #expect(kills == moments.count, "most runs ended before they were killed")
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}

extension Program {
    /// The program in the folder of build products that the test bundle lies in.
    static let executable = Result<URL, Failure> {
        () throws(Failure) in
        // On Linux the tests are a program; on macOS a helper elsewhere is told where the bundle is.
        let places =
            CommandLine.arguments.filter { $0.contains(".xctest") }.map { URL(filePath: $0) }
            + [Bundle.main.bundleURL]
        for place in places {
            var folder = place.standardizedFileURL
            while folder.path != "/" {
                folder.deleteLastPathComponent()
                let program = folder.appending(path: "keel")
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: program.path, isDirectory: &isFolder),
                    !isFolder.boolValue
                {
                    return program
                }
            }
        }
        throw Failure(
            "There is no program \"keel\" above \(places.map(\.path)). Build it: swift build --product keel."
        )
    }
}

/// Keeps tests that run side by side from starting more programs than there are processors.
private actor Room {
    static let shared = Room()
    private var places = max(1, ProcessInfo.processInfo.activeProcessorCount)
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        guard places == 0 else { return places -= 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Gives the place to who has waited longest.
    func leave() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        places += 1
    }
}

/// Expects that the program ended well, and shows what it said if not.
func expectSuccess(_ outcome: Program.Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(
        outcome.status == 0, "signal \(outcome.signal ?? 0): \(outcome.errors)",
        sourceLocation: sourceLocation)
}

/// Expects that the program refused its input: exit status 1, and one line that holds all `parts`.
func expectRefusal(
    _ outcome: Program.Outcome, _ parts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(outcome.status == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    #expect(
        outcome.errors.hasPrefix("Error: ") && outcome.errors.count(where: \.isNewline) == 1,
        "\(outcome.errors)", sourceLocation: sourceLocation)
    for part in parts {
        #expect(outcome.errors.contains(part), sourceLocation: sourceLocation)
    }
}
