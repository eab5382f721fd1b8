import ArgumentParser
import Foundation
import KeelGuardian
import KeelServer
import KeelStore
import Logging

/// Models for any client of OpenAI's API, and a page to talk to them.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve models by OpenAI's API, and a chat page.",
        discussion: """
            Open the address it prints in a browser, or give it to any client of OpenAI's API with /v1 at its end. \
            It listens to this machine only; with --host 0.0.0.0 others reach it, and a token is needed, best \
            given in the environment: KEEL_TOKEN for users, KEEL_ADMIN_TOKEN for admins. Ctrl-C lets answers \
            under way come to their end. docs/serving.md has the API, the limits, and what is kept of whom.
            """)

    @OptionGroup var served: ServedModelOptions
    @OptionGroup var access: AccessOptions
    @OptionGroup var keeping: KeepingOptions
    @OptionGroup var load: LoadOptions
    @OptionGroup var guarding: GuardianOptions
    @OptionGroup var inviting: RoomOptions

    func run() async throws {
        let storage = try keeping.open()
        defer { storage.close() }
        let probe = try guarding.probe()
        var configuration = ServerConfiguration(
            models: try await served.models(limits: try load.queueLimits(), probe: probe))
        configuration.host = access.host
        configuration.port = access.port
        configuration.access = try access.list()
        configuration.certificate = try access.pair()
        configuration.store = storage.store
        configuration.isStoreTemporary = storage.folder != nil
        configuration.runs = keeping.runs.map { URL(filePath: $0, directoryHint: .isDirectory) }
        configuration.limits = try load.limits()
        configuration.guardian = try guarding.guardianship(probe)
        configuration.room = try inviting.setup()
        configuration.mayBeAtRisk = { conversation in
            // Without its files, nobody can say that there is no risk.
            guard let reader = try? RiskReader.shipped() else { return true }
            return reader.reading(of: conversation).level > .none
        }
        let logger = Logger(label: "keel") { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .warning
            return handler
        }
        let server = try Server(configuration, logger: logger)
        let signals = PoliteSignals {
            Terminal.note("Stopping: nothing new is taken, answers under way may end.")
            Task { await server.stop() }
        }
        defer { signals.stop() }
        let retention = Task { [keeping] in try await keeping.retain(storage.store) }
        defer { retention.cancel() }
        let names = configuration.models.map(\.id).joined(separator: ", ")
        try await server.run { address in
            Terminal.note("Serving \(names) at \(address); the API is at \(address)/v1.")
        }
        Terminal.note("Stopped.")
    }
}
