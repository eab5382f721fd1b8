/// A model of the Hugging Face hub at a revision: `org/name` or `org/name@revision`.
package struct HubReference: Hashable, Sendable, CustomStringConvertible {
    /// `org/name`.
    package let name: String
    /// A branch, a tag or a commit.
    package let revision: String

    /// Nil for a text that names none; nothing in a name leads to another folder.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        let revision = parts.count == 2 ? parts[1] : "main"
        guard names.count == 2, names.allSatisfy({ Self.isName(String($0)) }),
            revision.split(separator: "/", omittingEmptySubsequences: false)
                .allSatisfy({ Self.isName(String($0)) })
        else { return nil }
        name = parts[0]
        self.revision = revision
    }

    package var description: String { revision == "main" ? name : "\(name)@\(revision)" }

    /// Whether a text can be one step of a path: not empty, hidden, or a way up.
    package static func isName(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix(".")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
