import Foundation
import KeelServer
import KeelStore
import NIOHTTP1
import Testing

/// The description for programs, held to what the server does.
@Suite struct OpenAPITests {
    @Test func `every address of the description is there, with its methods and no others`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let store = try Store(at: folder.appending(path: "store.sqlite").path)
        try await withServer(configure: {
            $0.store = store
            $0.runs = folder
        }) { server in
            let document = try await server.send(.GET, "/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            #expect(paths.count >= 15)
            for (path, methods) in paths {
                let address = path.replacing("{id}", with: "nothing")
                for method in [HTTPMethod.GET, .POST, .PUT, .DELETE] {
                    let isDescribed = methods.keys.contains(method.rawValue.lowercased())
                    let body = method == .POST || method == .PUT ? "{}" : nil
                    let answer = try await server.send(method, address, body)
                    // The router knows no such route: its own message, or another method.
                    let isThere =
                        answer.status != 405
                        && !answer.text.contains("There is nothing at this address.")
                    #expect(
                        isThere == isDescribed, "\(method.rawValue) \(path) gave \(answer.status)")
                }
            }
        }
    }
}
