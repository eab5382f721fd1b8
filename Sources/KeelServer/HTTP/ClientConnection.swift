internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// Knows whether the other end of a connection is still there.
final class ClientPresence: Sendable {
    private struct State {
        var isGone = false
        var nextID = 0
        var listeners: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// Calls `body` once the client leaves, at once if it has left.
    /// - Returns: By what `forget` knows the listener.
    func onLeave(_ body: @escaping @Sendable () -> Void) -> Int {
        let id = state.withLock { state -> Int? in
            if state.isGone { return nil }
            state.nextID += 1
            state.listeners[state.nextID] = body
            return state.nextID
        }
        if id == nil { body() }
        return id ?? 0
    }

    func forget(_ id: Int) {
        state.withLock { $0.listeners[id] = nil }
    }

    func leave() {
        let listeners = state.withLock { state in
            state.isGone = true
            defer { state.listeners = [:] }
            return state.listeners.values.map(\.self)
        }
        for listener in listeners { listener() }
    }
}

/// Watches one connection: tells when the client leaves, and closes it when the client is too slow.
///
/// A client that has closed its sending side has left: nobody can tell it from one that is gone.
final class ClientConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    let presence = ClientPresence()
    private let readLimit: TimeAmount
    private let writeLimit: TimeAmount
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    /// - Parameters:
    ///   - readLimit: The most time from a request's head to its last byte.
    ///   - writeLimit: The most time for which nothing of an answer is taken.
    init(readLimit: TimeAmount, writeLimit: TimeAmount) {
        self.readLimit = readLimit
        self.writeLimit = writeLimit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            deadline?.cancel()
            deadline = closing(context, in: readLimit)
        case .body: break
        case .end:
            deadline?.cancel()
            deadline = nil
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = context.channel.isWritable ? nil : closing(context, in: writeLimit)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { presence.leave() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    private func end() {
        deadline?.cancel()
        stall?.cancel()
        presence.leave()
    }

    private func closing(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}

extension Channel {
    /// Who is at the other end; someone who never leaves where nothing watches, as in tests of routes.
    func clientPresence() async -> ClientPresence {
        let presence = try? await eventLoop.submit {
            try self.pipeline.syncOperations.handler(type: ClientConnectionHandler.self).presence
        }.get()
        return presence ?? ClientPresence()
    }
}
