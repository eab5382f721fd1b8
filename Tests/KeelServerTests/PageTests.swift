import Foundation
import KeelLanguage
import KeelServer
import KeelStore
import NIOHTTP1
import TestSupport
import Testing

/// The page in a real browser.
@Suite struct PageTests {
    private struct Counter: AnswerWatcher {
        func notes(on exchange: Exchange) async -> [AnswerNote] {
            let meter = AnswerNote.Meter(
                name: "length", value: 3, low: 0, high: 10, tokens: [0, 2.5, 5, 10])
            return [AnswerNote(by: "counter", text: "counts characters", meters: [meter])]
        }
    }

    @Test(
        .enabled(
            if: Installed.clients != nil && Installed.browser != nil, Client.missingBrowser))
    func `a person talks, edits, compares, rates, stops and leaves, and axe finds nothing`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)")
        let run = folder.appending(path: "runs/warm")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(#"{"method": "sft", "model": "m"}"#.utf8).write(
            to: run.appending(path: "config.json"))
        try Data("<!doctype html><title>Report</title><p>A report".utf8).write(
            to: run.appending(path: "report.html"))
        let metrics = (1...30).map { "{\"step\": \($0), \"loss\": \(1.0 / Double($0))}\n" }
        try Data(metrics.joined().utf8).write(to: run.appending(path: "metrics.jsonl"))
        let store = try Store(at: folder.appending(path: "store.sqlite").path)
        let models: [ServedModel] = [
            .echo(), .one(LeaningModel(), id: "other"), .one(EndlessModel(), id: "endless"),
        ]
        try await withServer(
            models,
            configure: {
                $0.store = store
                $0.runs = folder.appending(path: "runs")
                $0.watchers = [Counter()]
                try? $0.access.add("page-token", name: "ann", role: .admin)
            }
        ) { server in
            let pictures = ProcessInfo.processInfo.environment["KEEL_PICTURES"]
            let outcome = try await Client.run(
                "page.py",
                ["http://127.0.0.1:\(server.port)", "page-token", Installed.browser?.path ?? ""]
                    + [pictures].compactMap(\.self))
            #expect(outcome.status == 0, "\(outcome.said.suffix(3000))")
        }
    }
}
