import Foundation

/// A program of other people.
package struct Tool: Sendable {
    /// What a run left behind.
    package struct Outcome: Sendable {
        /// The exit status; nil after a signal.
        package var status: Int32?
        package var output: String
        package var errors: String

        /// All that it wrote.
        package var said: String { output + errors }
    }

    package let path: String

    /// The first of these paths that can be executed; nil where none can.
    package init?(firstOf paths: [String]) {
        guard let path = paths.first(where: FileManager.default.isExecutableFile) else {
            return nil
        }
        self.path = path
    }

    /// Runs it to its end, which no thread waits for.
    ///
    /// - Parameters:
    ///   - arguments: What follows its name.
    ///   - input: What it reads.
    ///   - limit: Seconds after which it is stopped; a hang fails its own test instead of stopping all.
    /// - Returns: What it wrote, and how it ended.
    /// - Throws: What Foundation throws where it does not start.
    package func run(_ arguments: [String], input: String = "", limit: Int = 1800) async throws
        -> Outcome
    {
        let scratch = try Scratch()
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle(
            forReadingAtPath: try scratch.write(input, to: "input"))
        process.standardOutput = FileHandle(
            forWritingAtPath: try scratch.write("", to: "output"))
        process.standardError = FileHandle(
            forWritingAtPath: try scratch.write("", to: "errors"))
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        let watchdog = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit), execute: watchdog)
        for await _ in ended {}
        watchdog.cancel()
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : nil,
            output: try scratch.text("output"), errors: try scratch.text("errors"))
    }
}

extension Scratch {
    /// What is no UTF-8 is replaced: other people's programs say what they like.
    fileprivate func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }
}
