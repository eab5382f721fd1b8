import Foundation
import Testing

/// What Keel writes, in the programs that it is written for: `make bench` installs them.
@Suite struct OtherToolsTests {
    private static let python: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["KEEL_CACHE"]
            ?? (environment["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache") + "/keel"
        return [environment["KEEL_BENCH_PYTHON"], "\(cache)/bench-venv/bin/python"]
            .compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Adapters in PEFT, merged folders in transformers, GGUF in llama.cpp, autoencoders in SAELens,
    /// control vectors in llama.cpp: Scripts/goldens/exports.py.
    @Test(.enabled(if: python != nil, "the peers of make bench are not here"))
    func `PEFT, transformers, llama.cpp and SAELens read what Keel writes, and compute the same`()
        async throws
    {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.python))
        let script = URL(filePath: #filePath)
            .appending(path: "../../../Scripts/goldens/exports.py").standardizedFileURL
        process.arguments = [script.path, try Program.executable.get().path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // On a thread of its own: it takes minutes, and other tests want theirs.
        let said: String = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = output.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said.suffix(2000))")
        #expect(said.contains("in SAELens") && said.contains("control vector, in llama.cpp"))
    }
}
