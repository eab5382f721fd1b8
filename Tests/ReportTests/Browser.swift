import Foundation
import TestSupport
import Testing

/// A browser on this machine that can open a page and say what became of it.
enum Browser {
    static let missing: Comment =
        "no Chromium or Chrome is on the PATH; set KEEL_BROWSER to one to run this test"

    /// Opens a page from disk and returns its document after its scripts have run.
    ///
    /// - Parameters:
    ///   - page: HTML.
    ///   - fragment: What the address ends with after `#`.
    ///   - folder: Where the page and the browser's own files may lie.
    /// - Returns: The document, as HTML.
    /// - Throws: Where the browser is missing or does not start.
    static func open(
        _ page: String, at fragment: String = "", in folder: URL
    ) async throws -> String {
        let browser = try #require(Installed.browser, missing)
        let file = folder.appending(path: "\(UUID().uuidString).html")
        try Data(page.utf8).write(to: file)
        let outcome = try await browser.run(
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(folder.appending(path: UUID().uuidString).path)",
                "--virtual-time-budget=5000", "--dump-dom",
                file.absoluteString + (fragment.isEmpty ? "" : "#\(fragment)"),
            ], limit: 120)
        #expect(outcome.status == 0, "\(outcome.errors.suffix(2000))")
        return outcome.output
    }
}
