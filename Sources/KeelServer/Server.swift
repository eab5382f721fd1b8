internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle
internal import Synchronization

/// A server that answers OpenAI's API and shows pages.
public final class Server: Sendable {
    private let configuration: ServerConfiguration
    private let serving: Serving
    private let logger: Logger
    private let group = Mutex<ServiceGroup?>(nil)

    /// - Parameters:
    ///   - configuration: What is served, to whom, where.
    ///   - logger: Where faults go. Nothing that anyone wrote or was told is written there.
    /// - Throws: `ServerError`.
    public init(_ configuration: ServerConfiguration, logger: Logger) throws(ServerError) {
        try configuration.validate()
        self.configuration = configuration
        self.logger = logger
        serving = Serving(configuration, logger: logger)
    }

    /// Serves until `stop` is called.
    /// - Parameter onStart: Called with the address once connections are taken.
    /// - Throws: `ServerError` where the address or the certificate cannot be used.
    public func run(onStart: @escaping @Sendable (String) -> Void) async throws {
        let builder = try serverBuilder()
        let application = application(builder) { [configuration] channel in
            let port = channel.localAddress?.port ?? configuration.port
            let scheme = configuration.certificate == nil ? "http" : "https"
            let host =
                configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
            onStart("\(scheme)://\(host):\(port)")
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: application)], gracefulShutdownSignals: [],
                logger: logger))
        self.group.withLock { $0 = group }
        // Asked to stop before there was anything to stop.
        if serving.isStopping { return }
        let inviting = Task { [serving] in await serving.rooms?.keep() }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await group.run())
        } catch {
            outcome = .failure(error)
        }
        inviting.cancel()
        await inviting.value
        do {
            try outcome.get()
        } catch let error as IOError {
            throw ServerError.address(
                "\(configuration.host):\(configuration.port)",
                reason: String(cString: strerror(error.errnoCode)))
        }
    }

    /// Stops: takes nothing new, lets answers under way go on for the time of grace, then has each
    /// end with what it has.
    public func stop() async {
        serving.stopTaking()
        let group = group.withLock { $0 }
        await group?.triggerGracefulShutdown()
        let end = ContinuousClock.now + configuration.limits.grace
        while serving.answering.count > 0, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(50))
        }
        serving.answering.interruptAll()
    }

    /// The application, to be run or tested.
    func application(
        _ builder: HTTPServerBuilder,
        onStart: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<ServerContext>> {
        var quiet = logger
        // The framework's own lines name paths, which hold ids.
        quiet.logLevel = max(quiet.logLevel, .warning)
        return Application(
            responder: router().buildResponder(), server: builder,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.limits.connections)),
            onServerRunning: onStart, logger: quiet)
    }

    private func router() -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: ErrorRule(serving: serving))
        router.add(middleware: OriginRule(isLoopback: configuration.isLoopback))
        router.add(middleware: AccessRule(list: configuration.access, tickets: serving.tickets))
        CompletionRoutes(serving: serving).add(to: router)
        StateRoutes(serving: serving).add(to: router)
        PageRoutes().add(to: router)
        if let store = serving.store {
            ConversationRoutes(serving: serving, store: store).add(to: router)
            AnswerRoutes(serving: serving, store: store).add(to: router)
            RoomRoutes(serving: serving, store: store).add(to: router)
            HelperRoutes(serving: serving, store: store).add(to: router)
        }
        if let runs = serving.runs { RunRoutes(serving: serving, runs: runs).add(to: router) }
        return router
    }

    private func plainBuilder() -> HTTPServerBuilder {
        let limits = configuration.limits
        return .http1(
            configuration: .init(
                additionalChannelHandlers: [
                    ClientConnectionHandler(
                        readLimit: TimeAmount(limits.readTime),
                        writeLimit: TimeAmount(limits.writeTime))
                ],
                idleTimeout: TimeAmount(limits.idleTime),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes / 4,
                    maxHeaderListSize: limits.headerBytes, maxHeaderFieldCount: 100)))
    }

    private func serverBuilder() throws(ServerError) -> HTTPServerBuilder {
        guard let certificate = configuration.certificate else { return plainBuilder() }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.chain)
            let key = try NIOSSLPrivateKey(file: certificate.key, format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            tls.minimumTLSVersion = .tlsv12
            return try .tls(plainBuilder(), tlsConfiguration: tls)
        } catch {
            throw .certificate(
                path: "\(certificate.chain), \(certificate.key)", reason: "\(error)")
        }
    }
}
