import Foundation

/// What other people wrote and tests run against, where it is on this machine.
package enum Installed {
    private static let environment = ProcessInfo.processInfo.environment

    /// The folder of the engine, the models and the environments of Python.
    package static let cache =
        environment["KEEL_CACHE"]
        ?? (environment["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache") + "/keel"

    /// A Python with what `make clients` installs: OpenAI's client, Inspect, llama.cpp, Playwright.
    package static let clients = python("KEEL_CLIENT_PYTHON", "client-venv")

    /// A Python with what `make bench` installs: PEFT, transformers, SAELens and others.
    package static let peers = python("KEEL_BENCH_PYTHON", "bench-venv")

    /// Chromium or Chrome.
    package static let browser: Tool? = {
        let found = (environment["PATH"] ?? "").split(separator: ":").flatMap { folder in
            ["chromium", "chromium-browser", "google-chrome"].map { "\(folder)/\($0)" }
        }
        let macOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
        return Tool(firstOf: [environment["KEEL_BROWSER"]].compactMap(\.self) + found + [macOS])
    }()

    /// A file of the repository, by its path there.
    package static func inRepository(_ path: String) -> String {
        URL(filePath: #filePath).appending(path: "../../../\(path)").standardizedFileURL.path
    }

    private static func python(_ variable: String, _ folder: String) -> Tool? {
        let usual = "\(cache)/\(folder)/bin/python"
        return Tool(firstOf: [environment[variable], usual].compactMap(\.self))
    }
}
