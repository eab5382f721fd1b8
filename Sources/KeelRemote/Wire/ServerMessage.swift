package import Foundation

/// What a server says about a failure, in any of the shapes that are about.
package enum ServerMessage {
    private static let limit = 500

    /// The sentence in an answer's body.
    ///
    /// OpenAI, vLLM, llama.cpp and Anthropic write `{"error": {"message"}}`; older vLLM
    /// `{"message"}`; Ollama `{"error": text}`; FastAPI `{"detail"}`; gateways plain text.
    package static func text(of body: Data) -> String {
        let whole = String(decoding: body, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let text = (try? JSONSerialization.jsonObject(with: body)).flatMap(message) ?? whole
        // An answer as a web page says more about the address than its text does.
        if text.isEmpty || text.hasPrefix("<") { return "no explanation." }
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let short = line.count > limit ? line.prefix(limit) + "…" : line[...]
        return String(short) + (".!?…".contains(short.last ?? ".") ? "" : ".")
    }

    /// The message within a JSON value that reports an error; nil where it reports none.
    static func message(_ value: Any) -> String? {
        guard let object = value as? [String: Any] else { return nil }
        if let error = object["error"] {
            if let text = error as? String { return text }
            guard let error = error as? [String: Any] else { return nil }
            let code = (error["code"] ?? error["type"]) as? String
            return [error["message"] as? String, code.map { "(\($0))" }].compactMap(\.self)
                .joined(separator: " ")
        }
        if let message = object["message"] as? String { return message }
        if let detail = object["detail"] as? String { return detail }
        if let details = object["detail"] as? [[String: Any]] {
            return details.compactMap { detail in
                let place = (detail["loc"] as? [Any])?.map { "\($0)" }.joined(separator: ".")
                return (detail["msg"] as? String).map { (place.map { "\($0): " } ?? "") + $0 }
            }.joined(separator: "; ")
        }
        return nil
    }
}
