import Foundation
import KeelServer
import NIOHTTP1
import Testing

/// Runs as they are shown.
@Suite struct RunPageTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "keel-\(UUID().uuidString)")
        let run = folder.appending(path: "a run & more")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        try Data(#"{"model": "m", "suite": "character"}"#.utf8).write(
            to: run.appending(path: "config.json"))
        try Data("<p>report</p>".utf8).write(to: run.appending(path: "report.html"))
        try Data("{\"step\": 1}\n{\"step\": 2}\n{\"st".utf8).write(
            to: run.appending(path: "metrics.jsonl"))
        let training = folder.appending(path: "training")
        try FileManager.default.createDirectory(at: training, withIntermediateDirectories: true)
        try Data(#"{"model": "m", "method": {"supervised": {}}}"#.utf8).write(
            to: training.appending(path: "config.json"))
        try Data("{\"step\": 1}\n".utf8).write(to: training.appending(path: "metrics.jsonl"))
        try FileManager.default.createDirectory(
            at: folder.appending(path: "no run"), withIntermediateDirectories: true)
        try Data("secret".utf8).write(to: folder.appending(path: "report.html"))
        // A tour: a report on the runs in it. A model within it is no run, nor what lies deeper.
        let tour = folder.appending(path: "tour")
        for (inner, config) in [
            ("quick-seed-0", #"{"model": "m", "suite": "character"}"#),
            ("merged", #"{"model_type": "llama"}"#), ("deep/run", #"{"method": "compare"}"#),
            ("changed", #"{"base": "m", "tuned": "m+adapter", "point": "blocks.1"}"#),
        ] {
            let place = tour.appending(path: inner)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(config.utf8).write(to: place.appending(path: "config.json"))
            try Data("<p>\(inner)</p>".utf8).write(to: place.appending(path: "report.html"))
        }
        try Data("<p>tour</p>".utf8).write(to: tour.appending(path: "report.html"))
    }

    @Test func `a tour and its runs are listed, and no id leads out of the folder`() async throws {
        let shelf = folder.appending(path: "tour")
        try await withServer(configure: { $0.runs = shelf }) { server in
            let list = try await server.send(.GET, "/keel/runs")
            let runs = try #require(list.json["runs"] as? [[String: Any]])
            #expect(
                Set(runs.compactMap { $0["id"] as? String })
                    == ["quick-seed-0", "merged", "deep/run", "changed"])
            let diff = runs.first { $0["id"] as? String == "changed" }
            #expect(diff?["method"] as? String == "diff")
            #expect(diff?["model"] as? String == "m → m+adapter")
            let deep = try await server.send(.GET, "/keel/runs/deep%2Frun/report")
            #expect(deep.status == 200 && deep.text == "<p>deep/run</p>")
            for id in [
                "..", "..%2Ftraining", "deep%2F..", "deep%2F..%2Fmerged", "%2Fetc", "deep%2F",
                ".%2Fmerged", "%2E%2E%2Ftraining", "deep%2Frun%2F..", "",
            ] {
                for file in ["report", "metrics", "ticket"] {
                    let answer = try await server.send(.GET, "/keel/runs/\(id)/\(file)")
                    #expect(answer.status == 404, "\(id)/\(file)")
                }
            }
        }
        try await withServer(configure: { $0.runs = folder }) { server in
            for (id, text) in [("tour", "tour"), ("tour%2Fquick-seed-0", "quick-seed-0")] {
                let ticket = try await server.send(.GET, "/keel/runs/\(id)/ticket")
                let address = try #require(ticket.json["address"] as? String, "\(ticket.text)")
                #expect(try await server.send(.GET, address).text == "<p>\(text)</p>")
            }
        }
    }

    @Test func `a run is listed, its report opens once by ticket, and its curves grow`()
        async throws
    {
        try await withServer(configure: {
            $0.runs = folder
            try? $0.access.add("admin-token", name: "root", role: .admin)
        }) { server in
            let token = [("authorization", "Bearer admin-token")]
            let list = try await server.send(.GET, "/keel/runs", headers: token)
            let runs = try #require(list.json["runs"] as? [[String: Any]])
            #expect(
                Set(runs.map { $0["id"] as? String }) == [
                    "a run & more", "training", "tour", "tour/quick-seed-0", "tour/changed",
                ])
            let map = try #require(runs.first { $0["id"] as? String == "a run & more" })
            #expect(map["suite"] as? String == "character" && map["hasCurves"] as? Bool == false)
            let trained = try #require(runs.first { $0["id"] as? String == "training" })
            #expect(trained["method"] as? String == "supervised")
            #expect(trained["hasCurves"] as? Bool == true)
            let path = "/keel/runs/a%20run%20%26%20more"

            let ticket = try await server.send(.GET, "\(path)/ticket", headers: token)
            let address = try #require(ticket.json["address"] as? String)
            let report = try await server.send(.GET, address)
            #expect(report.status == 200 && report.text == "<p>report</p>")
            let policy = report.headers["content-security-policy"].joined()
            #expect(policy.contains("sandbox allow-scripts") && !policy.contains("self"))
            #expect(try await server.send(.GET, address).status == 401, "the ticket was used twice")
            let other = try await server.send(.GET, "\(path)/ticket", headers: token)
            let code = try #require((other.json["address"] as? String)?.split(separator: "?").last)
            #expect(try await server.send(.GET, "/keel/runs?\(code)").status == 401)

            let first = try await server.send(.GET, "\(path)/metrics", headers: token)
            #expect(first.json["lines"] as? [String] == ["{\"step\": 1}", "{\"step\": 2}"])
            let next = try #require(first.json["next"] as? Int)
            let file = try FileHandle(
                forWritingTo: folder.appending(path: "a run & more/metrics.jsonl"))
            try file.seekToEnd()
            try file.write(contentsOf: Data("ep\": 3}\n".utf8))
            let second = try await server.send(.GET, "\(path)/metrics?from=\(next)", headers: token)
            #expect(second.json["lines"] as? [String] == ["{\"step\": 3}"])
            for start in ["-5", "99999999999", "x", ""] {
                let again = try await server.send(
                    .GET, "\(path)/metrics?from=\(start)", headers: token)
                #expect((again.json["lines"] as? [String])?.count == 3)
            }
            #expect(
                try await server.send(.GET, "/keel/runs/no%20run/report", headers: token).status
                    == 404)
        }
    }
}
