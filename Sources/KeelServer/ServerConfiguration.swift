public import Foundation
public import KeelLanguage
public import KeelStore

/// All that a server is started with.
public struct ServerConfiguration: Sendable {
    /// A certificate chain and its key, as PEM files.
    public struct Certificate: Hashable, Sendable {
        /// Path of a PEM file: the server's certificate first, then those that vouch for it.
        public var chain: String
        /// Path of a PEM file with the private key.
        public var key: String

        public init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }
    }

    /// The models by the names that clients give; the first is the page's first choice.
    public var models: [ServedModel]
    /// Where to listen.
    public var host = "127.0.0.1"
    /// 0 takes any port that is free.
    public var port = 8080
    /// Who is let in.
    public var access = AccessList()
    /// Encrypts connections; nil for none.
    public var certificate: Certificate?
    /// Keeps conversations of the page; nil for a server that keeps nothing.
    public var store: Store?
    /// Whether what is kept is gone when the server stops; people are told.
    public var isStoreTemporary = false
    /// A folder of run folders, shown to admins; nil for none.
    public var runs: URL?
    /// Each is shown every exchange that has ended, and may add a note to the answer.
    public var watchers: [any AnswerWatcher] = []
    /// Reads conversations, plans answers and reads them before they are shown; nil for nobody.
    public var guardian: Guardianship?
    /// How somebody can be invited into a conversation of the page; nil where nobody can.
    public var room: RoomSetup?
    /// Whether the person in a conversation may be at risk, which then never rests.
    ///
    /// It stands beside the plain signs that the server looks for by itself, and is asked only where a
    /// conversation would otherwise rest.
    public var mayBeAtRisk: (@Sendable ([Message]) -> Bool)?
    /// What one request, connection or answer may take.
    public var limits = ServerLimits()

    /// Listens on this machine alone, lets everybody there in and keeps nothing, unless it is told otherwise.
    public init(models: [ServedModel]) {
        self.models = models
    }

    /// - Throws: `ServerError` for names that are doubled or missing, and for an address that others
    ///   can reach without a token.
    func validate() throws(ServerError) {
        guard !models.isEmpty else { throw .models("A server needs at least one model.") }
        var seen: Set<String> = []
        for model in models {
            guard !model.id.isEmpty, seen.insert(model.id).inserted else {
                throw .models("The name \"\(model.id)\" is given to two models, or is empty.")
            }
            guard !model.engines.isEmpty else {
                throw .models("Nothing answers for the model \"\(model.id)\".")
            }
        }
        guard room == nil || store != nil else {
            throw .room("conversations are not kept; give the server a store")
        }
        guard isLoopback || !access.isOpen else { throw .open(host: host) }
    }

    /// Whether only this machine can reach the server.
    var isLoopback: Bool { OriginRule.isThisMachine(host) }
}
