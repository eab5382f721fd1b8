internal import Foundation
internal import Hummingbird
internal import KeelLanguage

/// What there is and how it stands: `/v1/models`, `/health`, `/metrics`, `/openapi.json`, and what
/// the page asks first.
struct StateRoutes {
    private struct ModelDocument: Encodable {
        var id: String
        var object = "model"
        var created: Int
        var ownedBy = "keel"
        /// Keel's own: a sentence for people.
        var about: String?

        enum CodingKeys: String, CodingKey {
            case id, object, created, about
            case ownedBy = "owned_by"
        }

        init(_ model: ServedModel) {
            id = model.id
            created = Int(model.created.timeIntervalSince1970)
            about = model.about.isEmpty ? nil : model.about
        }
    }

    private struct ModelList: Encodable {
        var object = "list"
        var data: [ModelDocument]
    }

    private struct Health: Encodable {
        var status: String
        var running: Int
        var waiting: Int
    }

    private struct Session: Encodable {
        struct Model: Encodable {
            var id: String
            var about: String
            /// What it can be pushed along by this visitor.
            var directions: [String]
        }

        var name: String
        var role: Role
        var models: [Model]
        /// Whether conversations are kept.
        var keeps: Bool
        var hasRuns: Bool
        var needsToken: Bool
        /// Who watches over conversations; nil for nobody.
        var guardian: String?
        /// Whether somebody can be invited into a conversation.
        var canInvite: Bool
    }

    let serving: Serving

    func add(to router: Router<ServerContext>) {
        router.get("/v1/models") { _, _ in
            try JSON.response(ModelList(data: serving.models.map(ModelDocument.init)))
        }
        router.get("/v1/models/{id}") { _, context in
            let id = context.parameters.get("id") ?? ""
            return try JSON.response(
                ModelDocument(try serving.model(id.removingPercentEncoding ?? id)))
        }
        router.get("/health") { _, _ in
            let load = load
            return try JSON.response(
                Health(
                    status: serving.isStopping ? "stopping" : "ok", running: load.running,
                    waiting: load.waiting),
                status: serving.isStopping ? .serviceUnavailable : .ok)
        }
        router.get("/metrics") { _, _ in metrics() }
        router.get("/keel/session") { _, context in
            try JSON.response(
                Session(
                    name: context.visitor.name, role: context.visitor.role,
                    models: serving.models.map { model in
                        let canSteer = context.visitor.role >= .admin
                        return .init(
                            id: model.id, about: model.about,
                            directions: canSteer ? model.directions.map(\.name) : [])
                    },
                    keeps: serving.keeps,
                    hasRuns: serving.runs != nil && context.visitor.role >= .admin,
                    needsToken: serving.needsToken, guardian: serving.guarded?.policy,
                    canInvite: serving.rooms != nil))
        }
    }

    private var load: FairQueue.Load {
        Set(serving.models.flatMap(\.engines).map(Serving.Reference.init))
            .map(\.engine.queue.load)
            .reduce(FairQueue.Load(running: 0, waiting: 0)) {
                FairQueue.Load(
                    running: $0.running + $1.running, waiting: $0.waiting + $1.waiting)
            }
    }

    private func metrics() -> Response {
        let load = load
        let text = serving.metrics.text(gauges: [
            ("keel_requests_running", [:], load.running),
            ("keel_requests_waiting", [:], load.waiting),
            ("keel_up", [:], serving.isStopping ? 0 : 1),
        ])
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
