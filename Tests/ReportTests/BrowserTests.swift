import Foundation
import KeelEvaluation
import KeelReport
import TestSupport
import Testing
import keel

/// The page as a browser shows it, opened from disk.
@Suite(.serialized, .enabled(if: Installed.browser != nil, Browser.missing))
struct BrowserTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func page() async throws -> (run: Run, html: String) {
        let run = try await scratch.run("run")
        let html = try MapReport(
            run: run, map: run.map(), records: run.records(), failures: []
        ).page().html()
        return (run, html)
    }

    /// Opens every arrow, then those inside, and notes whatever goes wrong.
    private static let openAll = """
        <script>
        const wrong = [];
        addEventListener("error", event => wrong.push(event.message));
        addEventListener("securitypolicyviolation", event => wrong.push(event.blockedURI));
        const openAll = left => {
          const closed = document.querySelectorAll("details:not([open])");
          for (const details of closed) details.open = true;
          if (left > 0 && closed.length > 0) return setTimeout(openAll, 50, left - 1);
          document.body.dataset.wrong = wrong.join();
          document.body.dataset.unread = document.querySelectorAll("[data-part]").length;
        };
        openAll(9);
        </script>
        """

    @Test func `the script reads back every part, as the tests do`() async throws {
        let (run, html) = try await page()
        let opened = try await Browser.open(
            html.replacing("</body>", with: Self.openAll + "</body>"), in: scratch.folder)
        #expect(opened.contains("data-wrong=\"\"") && opened.contains("data-unread=\"0\""))
        let read = opened.withoutTags
        var lost: [String] = []
        for record in try run.records() {
            guard case .answer(let answer) = record.content else { continue }
            for text in [answer.text] + (answer.talk ?? []).flatMap({ [$0.text, $0.user] })
            where !read.contains(text.suffix(12)) { lost.append(text) }
        }
        #expect(lost == [])
        let parts = try WholePage(html).details("probe-sea").withoutTags
        let shown = opened.replacing(" open=\"\"", with: "")
        let own = shown[try #require(shown.range(of: "<details id=\"probe-sea\">")).lowerBound...]
        #expect(String(own).withoutTags.hasPrefix(parts.prefix(400)))
    }

    @Test func `a link to a probe opens it and all around it, and takes the keyboard there`()
        async throws
    {
        let note = """
            <script>addEventListener("load", () => setTimeout(() => {
              document.body.dataset.focus = document.activeElement.parentElement.id;
            }, 500));</script></body>
            """
        let (_, html) = try await page()
        let opened = try await Browser.open(
            html.replacing("</body>", with: note), at: "probe-white", in: scratch.folder)
        #expect(opened.contains("<details id=\"dimension-tea\" open=\"\">"))
        #expect(opened.contains("<details id=\"probe-white\" open=\"\">"))
        #expect(opened.contains("<details id=\"dimension-poems\">"))
        #expect(opened.contains("Answer 4 · "))
        #expect(opened.contains("data-focus=\"probe-white\""))
    }
}
