import Foundation
import Testing

/// Inspect's own reader, where it is installed on this machine.
enum InspectReader {
    static let missing =
        "Inspect's reader is not here: make clients"

    /// A Python that has it.
    static let python: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["KEEL_CACHE"]
            ?? (environment["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache") + "/keel"
        return [environment["KEEL_CLIENT_PYTHON"], "\(cache)/client-venv/bin/python"]
            .compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Has it read logs, each in all of its ways, and say what it found wrong with them.
    static func read(_ logs: [URL]) throws {
        let script = URL(filePath: #filePath)
            .appending(path: "../../../Scripts/goldens/inspect_log.py").standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = [script.path] + logs.map(\.path)
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }
}
