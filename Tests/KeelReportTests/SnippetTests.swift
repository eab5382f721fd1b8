import Foundation
import KeelReport
import Testing

/// What `Sources/KeelReport/KeelReport.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a page is written`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "tea.html").path
        let page = Page(
            title: "Tea", lede: "What the model says of tea.",
            sections: [
                .init("Result", anchor: "result", [.paragraph("It is made of leaves.")])
            ])
        try page.write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("made of leaves"))
    }
}
