import Foundation
import TestSupport

extension Scratch {
    func file(_ name: String) -> URL { folder.appending(component: name) }

    func lines(_ name: String) throws -> [String] {
        try String(contentsOf: file(name), encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
