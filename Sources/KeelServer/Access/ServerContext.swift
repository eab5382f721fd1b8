internal import Hummingbird
internal import NIOCore

/// What is known of a request besides the request.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Who asks; set before any route is called.
    var visitor: Visitor
    /// Whether the visitor has shown nothing yet.
    var isUnknown = false

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        visitor = Visitor(name: "", role: .user)
    }

    /// Whose turn a request takes: people with tokens are told apart by these, others by address.
    var client: String {
        visitor.name.isEmpty ? channel.remoteAddress?.ipAddress ?? "local" : visitor.name
    }
}
