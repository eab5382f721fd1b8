import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on this machine that does what a test tells it, down to the byte.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: Data

        /// The fields of the body; empty where it is no JSON object.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:]
        }
    }

    enum Action: Sendable {
        case send(Data)
        /// Sends a byte now and then until the other side goes away.
        case trickle(UInt8)
        case close

        static func send(_ text: String) -> Action { .send(Data(text.utf8)) }
    }

    /// - Parameters: The number of the request, counted from 0, and the request.
    typealias Script = @Sendable (Int, Request) -> [Action]

    private let received = Mutex<[Request]>([])
    private let channel: any Channel
    private let arrivals = Mutex<[(count: Int, continuation: CheckedContinuation<Void, Never>)]>([])

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    deinit { channel.close(promise: nil) }

    static func start(_ script: @escaping Script) async throws -> ScriptedServer {
        let owner = Owner()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(owner, script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(channel)
        owner.server.withLock { $0 = Weak(server) }
        return server
    }

    /// What has come so far.
    var requests: [Request] { received.withLock { $0 } }
    var base: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1" }

    /// Returns once so many requests have come.
    func received(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = received.withLock { requests in
                if requests.count < count {
                    arrivals.withLock { $0.append((count, continuation)) }
                }
                return requests.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    fileprivate func add(_ request: Request) -> Int {
        let (number, ready) = received.withLock { requests in
            requests.append(request)
            let ready = arrivals.withLock { arrivals in
                let ready = arrivals.filter { $0.count <= requests.count }
                arrivals.removeAll { $0.count <= requests.count }
                return ready
            }
            return (requests.count - 1, ready)
        }
        for arrival in ready { arrival.continuation.resume() }
        return number
    }

    fileprivate struct Weak: Sendable {
        weak let server: ScriptedServer?

        init(_ server: ScriptedServer) { self.server = server }
    }

    fileprivate final class Owner: Sendable {
        let server = Mutex<Weak?>(nil)
    }
}

/// Gathers a request, then does what the script says.
private final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let owner: ScriptedServer.Owner
    private let script: ScriptedServer.Script
    private var bytes = Data()
    private var timer: RepeatedTask?

    init(_ owner: ScriptedServer.Owner, _ script: @escaping ScriptedServer.Script) {
        self.owner = owner
        self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        while let request = takeRequest() {
            guard let number = owner.server.withLock({ $0?.server?.add(request) }) else {
                return context.close(promise: nil)
            }
            for action in script(number, request) { perform(action, context) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func perform(_ action: ScriptedServer.Action, _ context: ChannelHandlerContext) {
        let channel = context.channel
        switch action {
        case .send(let data): channel.writeAndFlush(ByteBuffer(bytes: data), promise: nil)
        case .close: channel.close(promise: nil)
        case .trickle(let byte):
            timer = context.eventLoop.scheduleRepeatedTask(
                initialDelay: .zero, delay: .milliseconds(5)
            ) { _ in channel.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil) }
        }
    }

    private func takeRequest() -> ScriptedServer.Request? {
        guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { return nil }
        var lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")[...]
        let first = lines.popFirst()?.split(separator: " ").map(String.init) ?? []
        var headers: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.last?.trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        guard bytes.count >= end.upperBound - bytes.startIndex + length else { return nil }
        let body = bytes[end.upperBound...].prefix(length)
        bytes = Data(bytes[end.upperBound...].dropFirst(length))
        return .init(
            method: first.first ?? "", path: first.dropFirst().first ?? "", headers: headers,
            body: Data(body))
    }
}
