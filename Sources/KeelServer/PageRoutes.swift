internal import Foundation
internal import HTTPTypes
internal import Hummingbird

/// The pages: files beside the program, read once, with names that are known beforehand.
struct PageRoutes {
    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
        "json": "application/json; charset=utf-8",
    ]

    /// A page runs scripts of this server alone, and talks to this server alone.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'"

    private static let files: [String: Data] = {
        guard let folder = Bundle.module.url(forResource: "Pages", withExtension: nil) else {
            return [:]
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let pairs = names.compactMap { name in
            (try? Data(contentsOf: folder.appending(path: name))).map { (name, $0) }
        }
        return Dictionary(pairs) { first, _ in first }
    }()

    func add(to router: Router<ServerContext>) {
        router.get("/") { _, _ in try Self.file("chat.html") }
        router.get("/helper") { _, _ in try Self.file("helper.html") }
        router.get("/runs") { _, _ in try Self.file("runs.html") }
        router.get("/openapi.json") { _, _ in try Self.file("openapi.json") }
        router.get("/pages/{name}") { _, context in
            try Self.file(context.parameters.get("name") ?? "")
        }
    }

    private static func file(_ name: String) throws(APIError) -> Response {
        guard let data = files[name], let suffix = name.split(separator: ".").last,
            let type = types[String(suffix)]
        else { throw .notFound("There is nothing at this address.") }
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .contentSecurityPolicy: policy, .cacheControl: "no-cache",
                .referrerPolicy: "no-referrer", .crossOriginOpenerPolicy: "same-origin",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .via
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .via
}
