internal import Foundation
internal import HTTPTypes
internal import Hummingbird

/// Runs for admins: the list, a run's report, and its metrics as they grow.
struct RunRoutes {
    private struct RunList: Encodable {
        var runs: [RunShelf.Run]
    }

    private struct Address: Encodable {
        var address: String
    }

    private struct Lines: Encodable {
        /// Where the next lines begin.
        var next: Int
        var lines: [String]
    }

    /// The most bytes of metrics that are read at once.
    private static let chunk = 1 << 20

    /// A report brings its own scripts and styles; it may run them, and reach nothing.
    private static let reportPolicy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
        + "frame-ancestors 'none'; sandbox allow-scripts"

    let serving: Serving
    let runs: RunShelf

    func add(to router: Router<ServerContext>) {
        router.get("/keel/runs") { _, context in
            try context.require(.admin)
            return try JSON.response(RunList(runs: runs.runs()))
        }
        router.get("/keel/runs/{id}/report") { _, context in
            try context.require(.admin)
            return try report(try id(context))
        }
        router.get("/keel/runs/{id}/ticket") { request, context in
            try context.require(.admin)
            let path = request.uri.path.replacing("/ticket", with: "/report")
            _ = try file("report.html", try id(context))
            let ticket = serving.tickets.issue(for: path, to: context.visitor)
            return try JSON.response(Address(address: "\(path)?\(ticket)"))
        }
        router.get("/keel/runs/{id}/metrics") { request, context in
            try context.require(.admin)
            return try metrics(
                try id(context), from: request.uri.queryParameters["from"].flatMap { Int($0) } ?? 0)
        }
    }

    private func id(_ context: ServerContext) throws(APIError) -> String {
        guard let id = context.parameters.get("id")?.removingPercentEncoding
        else { throw .notFound("There is no such run.") }
        return id
    }

    private func file(_ name: String, _ id: String) throws(APIError) -> URL {
        guard let file = runs.file(name, of: id) else {
            throw .notFound("There is no run with this file.")
        }
        return file
    }

    private func report(_ id: String) throws -> Response {
        let data = try Data(contentsOf: try file("report.html", id), options: .mappedIfSafe)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: Self.reportPolicy,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// Whole lines from a byte on; a line that is still being written comes next time.
    private func metrics(_ id: String, from start: Int) throws -> Response {
        let handle = try FileHandle(forReadingFrom: try file("metrics.jsonl", id))
        defer { try? handle.close() }
        let end = try handle.seekToEnd()
        // A file that was replaced by a shorter one is read from its beginning.
        let start = start >= 0 && start <= Int(end) ? start : 0
        try handle.seek(toOffset: UInt64(start))
        let data = try handle.read(upToCount: Self.chunk) ?? Data()
        let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { data[...$0] } ?? Data()
        return try JSON.response(
            Lines(
                next: start + whole.count,
                lines: whole.split(separator: UInt8(ascii: "\n")).map {
                    String(decoding: $0, as: UTF8.self)
                }))
    }
}
