internal import Foundation

/// A secret that goes into a request's header and nowhere else.
package struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
    static let variable = "KEEL_API_KEY"

    package let value: String
    /// The environment variable it came from.
    let source: String

    /// Finds the key for an address: `KEEL_API_KEY`, else the one of the API.
    ///
    /// The latter belongs to a provider, so it is sent encrypted or within this machine only.
    /// - Returns: Nil where no variable is set; many servers need none.
    /// - Throws: `RemoteError` for a value that no header can hold.
    package init?(for address: RemoteAddress, in environment: [String: String]) throws(RemoteError)
    {
        let own = address.api == .openAI ? "OPENAI_API_KEY" : "ANTHROPIC_API_KEY"
        for source in [Self.variable] + (address.isPrivate ? [own] : []) {
            let value = (environment[source] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
            guard !value.isEmpty else { continue }
            guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw RemoteError(
                    address.description,
                    .unusable("The key in \(source) holds characters that no key has."))
            }
            self.value = value
            self.source = source
            return
        }
        return nil
    }

    /// Takes the key out of what a server said.
    func redact(_ text: String) -> String {
        text.replacingOccurrences(of: value, with: description)
    }

    package var description: String { "[key]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
