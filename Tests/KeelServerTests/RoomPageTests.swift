import Foundation
import KeelGuardian
import KeelLanguage
import KeelServer
import KeelStore
import TestSupport
import Testing

/// The room in two real browsers: the person's and the helper's.
@Suite struct RoomPageTests {
    /// Where the helpers' address would be: each link is written into a file, which the script reads.
    private func setup(_ path: String) throws -> RoomSetup {
        try RoomSetup(secret: Outside.secret, address: "https://keel.example.org") { notice in
            try notice.body.write(to: URL(filePath: path), options: .atomic)
        }
    }

    @Test(
        .enabled(
            if: Installed.clients != nil && Installed.browser != nil, Client.missingBrowser))
    func `a person invites, a helper comes, talks and leaves, and axe finds nothing`() async throws
    {
        let guardian = try CompanionGuardian.shipped()
        let path = try Store.newPath()
        let notice = path + ".notice.json"
        let room = try setup(notice)
        var failure: (any Error)?
        try await withServer(
            [.echo(), .one(PieceModel(text: "I hear you. That is much to carry."), id: "kind")],
            configure: {
                do {
                    try $0.guarded(by: guardian, store: path)
                    $0.room = room
                    try $0.access.add("page-token", name: "ann", role: .user)
                    try $0.access.add("duty-token", name: "eve", role: .helper)
                } catch { failure = error }
            }
        ) { server in
            #expect(failure == nil)
            let pictures = ProcessInfo.processInfo.environment["KEEL_PICTURES"]
            let outcome = try await Client.run(
                "room.py",
                ["http://127.0.0.1:\(server.port)", notice, Installed.browser?.path ?? ""]
                    + [pictures].compactMap(\.self))
            #expect(outcome.status == 0, "\(outcome.said.suffix(3000))")
        }
    }
}
