import Foundation

/// A browser on this machine that can open a page and say what became of it.
enum Browser {
    static let missing: String =
        "no Chromium or Chrome is on the PATH; set KEEL_BROWSER to one to run this test"

    /// The program; nil where there is none.
    static let program: URL? = {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["KEEL_BROWSER"].map { [$0] } ?? []
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let found = folders.flatMap { folder in
            ["chromium", "chromium-browser", "google-chrome"].map { "\(folder)/\($0)" }
        }
        let macOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
        return (named + found + [macOS]).first(where: FileManager.default.isExecutableFile)
            .map { URL(filePath: $0) }
    }()

    /// No page may take longer, in seconds; a hang fails its own test instead of stopping them all.
    private static let limit = 120

    /// Opens a page from disk and returns its document after its scripts have run.
    ///
    /// - Parameters:
    ///   - page: HTML.
    ///   - fragment: What the address ends with after `#`.
    ///   - folder: Where the page and the browser's own files may lie.
    /// - Returns: The document, as HTML.
    /// - Throws: `Failure` when the browser does not end well.
    static func open(
        _ page: String, at fragment: String = "", in folder: URL
    ) async throws -> String {
        guard let program else { throw Failure(reason: missing) }
        let file = folder.appending(path: "\(UUID().uuidString).html")
        try Data(page.utf8).write(to: file)
        let output = folder.appending(path: "\(UUID().uuidString).txt")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = program
        process.arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(folder.appending(path: UUID().uuidString).path)",
                "--virtual-time-budget=5000", "--dump-dom",
            ]
            + [file.absoluteString + (fragment.isEmpty ? "" : "#\(fragment)")]
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        let watchdog = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit), execute: watchdog)
        for await _ in ended {}
        watchdog.cancel()
        let document = try String(contentsOf: output, encoding: .utf8)
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw Failure(reason: "\(program.path) ended with \(process.terminationStatus).")
        }
        return document
    }

    struct Failure: Error {
        var reason: String
    }
}
