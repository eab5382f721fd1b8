import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelModel
import KeelTensor

/// What shells offer for arguments that are a name or a path.
extension CompletionKind {
    static var model: CompletionKind { namesAndPaths(ModelCatalogue.entries.map(\.alias)) }

    static var suite: CompletionKind { namesAndPaths(Suite.shippedNames) }

    static var constitution: CompletionKind { namesAndPaths(Constitution.shippedNames) }

    static var tourPlan: CompletionKind { namesAndPaths(TourPlan.shipped.map(\.name)) }

    /// The devices of this machine.
    static var device: CompletionKind {
        .custom { _, _, _ in Device.available.map(\.name) }
    }

    private static func namesAndPaths(
        _ names: @autoclosure @escaping @Sendable () -> [String]
    ) -> CompletionKind {
        .custom { _, _, word in (names() + paths(word)).filter { $0.hasPrefix(word) } }
    }

    /// What lies in the folder that is being written, hidden files left out unless a dot asks for them.
    private static func paths(_ word: String) -> [String] {
        let end = word.lastIndex(of: "/").map { word.index(after: $0) } ?? word.startIndex
        let folder = String(word[..<end])
        let isHidden = word[end...].hasPrefix(".")
        let found = try? FileManager.default.contentsOfDirectory(
            atPath: folder.isEmpty ? "." : folder)
        return (found ?? []).filter { $0.hasPrefix(".") == isHidden }.sorted().map { folder + $0 }
    }
}
