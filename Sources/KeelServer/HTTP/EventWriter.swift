internal import Foundation
internal import Hummingbird
internal import NIOCore

/// Writes server-sent events.
///
/// A client that does not read makes `send` wait; one that reads nothing for long is cut off.
struct EventWriter {
    /// Used by one task, the one that writes the response; the framework's protocol does not say that
    /// it may be handed on.
    nonisolated(unsafe) var writer: any ResponseBodyWriter

    /// Sends an event whose data are a value as JSON.
    /// - Throws: `Interruption.clientLeft` where the connection does not take it.
    mutating func send(_ value: some Encodable) async throws {
        var buffer = ByteBuffer(string: "data: ")
        buffer.writeBytes(try JSON.encode(value))
        buffer.writeString("\n\n")
        try await write(buffer)
    }

    /// Sends an event whose data are a word that is no JSON.
    /// - Throws: `Interruption.clientLeft` where the connection does not take it.
    mutating func send(word: String) async throws {
        try await write(ByteBuffer(string: "data: \(word)\n\n"))
    }

    /// The connection's errors are many and say one thing: nobody reads any more.
    private mutating func write(_ buffer: ByteBuffer) async throws {
        do {
            try await writer.write(buffer)
        } catch {
            throw Interruption.clientLeft
        }
    }

    static func response(
        _ body: @escaping @Sendable (inout EventWriter) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                var events = EventWriter(writer: writer)
                try await body(&events)
                try await events.writer.finish(nil)
            })
    }
}
