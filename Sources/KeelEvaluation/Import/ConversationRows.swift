import KeelLanguage

/// The data sets of TRL and of OpenAI's fine-tuning, one row a probe.
///
/// A row with `chosen` and `rejected` becomes a gap. A row of `messages`, or a `prompt` alone, is
/// answered, and what the answer has of set phrases is counted; a last turn of the assistant, and a
/// `completion`, are left out. A `prompt` that is a text is what the user says. Rows that open with
/// the same words make a cluster.
enum ConversationRows {
    struct Row: Decodable {
        var messages: [Message]?
        var prompt: Turns?
        var chosen: Turns?
        var rejected: Turns?
    }

    /// A text, or turns of a conversation.
    enum Turns: Decodable {
        case text(String)
        case messages([Message])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .messages(try container.decode([Message].self))
            }
        }

        /// Turns of a conversation; a text is one turn of this role.
        func messages(of role: Message.Role) -> [Message] {
            switch self {
            case .text(let text): [Message(role: role, content: text)]
            case .messages(let messages): messages
            }
        }
    }

    static func suite(
        _ rows: [ImportedRow<Row>], _ source: ImportSource
    ) throws(ImportError) -> Suite {
        var clusters: [String: String] = [:]
        var preferences: [Probe] = []
        var answers: [Probe] = []
        for (number, row) in rows.enumerated() {
            var probe = try probe(row, source)
            probe.id = "\(source.name)-\(number + 1)"
            let opening = probe.messages[0].content
            probe.cluster = clusters[opening, default: probe.id]
            clusters[opening] = probe.cluster
            if probe.good.isEmpty { answers.append(probe) } else { preferences.append(probe) }
        }
        return try source.suite(
            about: "What a file of conversations asks. Whose it is and under which licence, and "
                + "which direction of a count is good, is for the reader to say.",
            dimensions: [
                Dimension(
                    id: "preferences", title: "Prefers the chosen answer",
                    behaviour: "Gives the answer that was chosen.",
                    opposite: "Gives the answer that was rejected.",
                    measures: [Measure(kind: .gap, better: .higher)], probes: preferences),
                Dimension(
                    id: "answers", title: "Set phrases in answers",
                    behaviour: "Says what there is to say.",
                    opposite: "Refuses, apologises, preaches, hedges or fills.",
                    measures: [
                        .counter(.refusal), .counter(.apology), .counter(.moralising),
                        .counter(.hedge), .counter(.boilerplate), .counter(.filler),
                        .counter(.closer),
                    ], probes: answers),
            ], sharing: "of a kind open with the same words")
    }

    /// The probe of a row, without id and cluster.
    private static func probe(
        _ imported: ImportedRow<Row>, _ source: ImportSource
    ) throws(ImportError) -> Probe {
        let (line, row) = (imported.line, imported.row)
        guard row.chosen != nil || row.rejected != nil else {
            guard var messages = row.messages ?? row.prompt?.messages(of: .user) else {
                throw source.error(.missing(field: "messages"), line: line)
            }
            if messages.last?.role == .assistant { messages.removeLast() }
            let field = row.messages == nil ? "prompt" : "messages"
            return try conversation(messages, field, line, source)
        }
        guard let chosen = row.chosen?.messages(of: .assistant) else {
            throw source.error(.missing(field: "chosen"), line: line)
        }
        guard let rejected = row.rejected?.messages(of: .assistant) else {
            throw source.error(.missing(field: "rejected"), line: line)
        }
        // Without a prompt, both hold the whole conversation and share its beginning.
        let shared =
            row.prompt == nil
            ? zip(chosen, rejected).prefix { $0 == $1 }.map(\.0) : []
        guard let prompt = row.prompt?.messages(of: .user) ?? (shared.isEmpty ? nil : shared)
        else { throw source.error(.missing(field: "prompt"), line: line) }
        var probe = try conversation(
            prompt, row.prompt == nil ? "chosen" : "prompt", line, source)
        probe.good = [try answer(chosen.dropFirst(shared.count), "chosen", line, source)]
        probe.bad = [try answer(rejected.dropFirst(shared.count), "rejected", line, source)]
        if probe.good == probe.bad {
            throw source.error(.same(field: "chosen", other: "rejected"), line: line)
        }
        return probe
    }

    /// A conversation that ends with the user, its system message apart.
    private static func conversation(
        _ messages: [Message], _ field: String, _ line: Int, _ source: ImportSource
    ) throws(ImportError) -> Probe {
        var probe = Probe(id: "", cluster: "", ask: "")
        probe.messages = []
        for (index, message) in messages.enumerated() {
            let text = try source.text(message.content, "\(field)[\(index)].content", line: line)
            switch message.role {
            case .system where index == 0: probe.system = text
            case .user, .assistant:
                probe.messages.append(Message(role: message.role, content: text))
            case .system, .tool:
                throw source.error(
                    .invalid(
                        field: "\(field)[\(index)].role",
                        reason: "is \"\(message.role.rawValue)\". A probe has one system message, "
                            + "at the beginning, and turns of user and assistant."), line: line)
            }
        }
        guard probe.messages.last?.role == .user else {
            throw source.error(
                .invalid(field: field, reason: "has no turn of the user at its end to answer."),
                line: line)
        }
        return probe
    }

    /// The text of one turn of the assistant.
    private static func answer(
        _ messages: ArraySlice<Message>, _ field: String, _ line: Int, _ source: ImportSource
    ) throws(ImportError) -> String {
        guard messages.count == 1, let message = messages.first, message.role == .assistant else {
            throw source.error(
                .invalid(
                    field: field, reason: "must go on from the prompt by one turn of the assistant."
                ), line: line)
        }
        return try source.text(message.content, field, line: line)
    }
}
