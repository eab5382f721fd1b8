import ArgumentParser
import Foundation
import KeelLanguage
import KeelServer
import KeelStore

/// Where a server listens, and to whom.
struct AccessOptions: ParsableArguments {
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8080

    @Option(help: "The token of users (default: KEEL_TOKEN, which other programs don't see).")
    var token: String?

    @Option(help: "The token of admins (default: KEEL_ADMIN_TOKEN).")
    var adminToken: String?

    @Option(
        help: "A YAML file of people: name: {token: …, role: user, admin or helper}.",
        completion: .file(extensions: ["yaml", "yml"]))
    var people: String?

    @Option(
        help: "A certificate chain in PEM; connections are then encrypted.", completion: .file())
    var certificate: String?

    @Option(help: "The certificate's key in PEM.", completion: .file())
    var key: String?

    private struct Person: Decodable {
        var token: String
        var role: Role?
    }

    /// Everyone who is let in; nobody needs a token where none is given.
    func list() throws -> AccessList {
        guard (0...65535).contains(port) else {
            throw LanguageError.invalidOption(
                field: "port", value: "\(port)", expected: "from 0 to 65535")
        }
        let environment = ProcessInfo.processInfo.environment
        var list = AccessList()
        if let token = token ?? environment["KEEL_TOKEN"] {
            try list.add(token, name: "user", role: .user)
        }
        if let token = adminToken ?? environment["KEEL_ADMIN_TOKEN"] {
            try list.add(token, name: "admin", role: .admin)
        }
        if let people {
            for (name, person) in try TextFile.decodeYAML([String: Person].self, from: people)
                .sorted(by: { $0.key < $1.key })
            {
                try list.add(person.token, name: name, role: person.role ?? .user)
            }
        }
        return list
    }

    func pair() throws -> ServerConfiguration.Certificate? {
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let chain?, let key?): return .init(chain: chain, key: key)
        default: throw ValidationError("A certificate and its key go together: give both.")
        }
    }
}

/// What is kept, and shown.
struct KeepingOptions: ParsableArguments {
    @Option(
        help: "Keep the page's conversations in this SQLite file (default: until it stops).",
        completion: .file())
    var store: String?

    @Option(
        help: """
            Delete conversations that nobody has gone on with for so many days, but none in which danger was read or a \
            person was asked for.
            """)
    var retainDays: Double?

    @Option(help: "Show the runs in this folder to admins.", completion: .directory)
    var runs: String?

    /// An open store; one that nobody named is gone when the server is.
    struct Storage: Sendable {
        var store: Store
        var folder: URL?

        func close() {
            if let folder { try? FileManager.default.removeItem(at: folder) }
        }
    }

    func open() throws -> Storage {
        if let retainDays, !(retainDays > 0 && retainDays < 100_000) {
            throw LanguageError.invalidOption(
                field: "retain-days", value: "\(retainDays)", expected: "above 0")
        }
        if let store { return Storage(store: try Store(at: store)) }
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "keel-serve-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return Storage(
            store: try Store(at: folder.appending(path: "store.sqlite").path), folder: folder)
    }

    /// Deletes what is too old, now and every hour, until cancelled.
    func retain(_ store: Store) async throws {
        guard let retainDays else { return }
        while true {
            let now = Date().timeIntervalSince1970
            do {
                // Nobody's danger is forgotten for them; they can delete it themselves.
                try await store.deleteConversations(
                    before: now - retainDays * 86_400, unless: \.tellsOfDanger)
            } catch {
                Terminal.note("Old conversations were not deleted: \(error)")
            }
            try await Task.sleep(for: .seconds(3600))
        }
    }
}

/// How much is done at a time.
struct LoadOptions: ParsableArguments {
    @Option(help: "Answers that are written at once.")
    var batch = 64

    @Option(help: "Requests that wait; one more is refused.")
    var queue = 256

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 4096

    @Option(help: "Seconds that answers may go on when the server stops.")
    var grace = 30.0

    func limits() throws -> ServerLimits {
        var limits = ServerLimits()
        try check(maxTokens, 1...10_000_000, "max-tokens")
        limits.mostTokens = maxTokens
        limits.defaultTokens = min(limits.defaultTokens, maxTokens)
        try check(grace, 0...86_400, "grace")
        limits.grace = .seconds(grace)
        return limits
    }

    func queueLimits() throws -> QueueLimits {
        try check(batch, 1...4096, "batch")
        try check(queue, 0...1_000_000, "queue")
        return QueueLimits(running: batch, waiting: queue, waitingPerClient: max(1, queue / 2))
    }

    private func check<Value: Comparable>(
        _ value: Value, _ range: ClosedRange<Value>, _ name: String
    ) throws {
        guard range.contains(value) else {
            throw LanguageError.invalidOption(
                field: name, value: "\(value)",
                expected: "from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
