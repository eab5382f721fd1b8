import Foundation
import Testing

/// llama.cpp, as `make clients` installs it.
enum LlamaCpp {
    static let missing: Comment = "llama.cpp is not here: make clients"

    /// A Python that has it.
    static let python: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["KEEL_CACHE"]
            ?? (environment["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache") + "/keel"
        return [environment["KEEL_CLIENT_PYTHON"], "\(cache)/client-venv/bin/python"]
            .compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// What is asked: how probable each token of a completion is.
    struct Job: Encodable {
        var model: String
        var prompt, completion: [Int]
        var vocabulary: Int
    }

    /// - Returns: Of each job one number a token, in nats; nil where llama.cpp tells none.
    static func logprobs(_ jobs: [Job]) throws -> [[Double?]] {
        let script = URL(filePath: #filePath)
            .appending(path: "../../../Scripts/goldens/llama_logprobs.py").standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = [script.path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // A pipe holds 64 kB; the jobs are a few.
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(jobs))
        try input.fileHandleForWriting.close()
        let said = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said.suffix(400))")
        let line = try #require(said.split(separator: "\n").last { $0.hasPrefix("RESULT ") })
        return try JSONDecoder().decode([[Double?]].self, from: Data(line.dropFirst(7).utf8))
    }
}
