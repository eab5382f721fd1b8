import KeelLanguage

/// Asks a model which instruction would have prevented a mistake.
struct PatchRequest {
    /// Raised with every change of the words.
    static let version = 2
    /// A patch is an instruction and where it stops, not a text of its own.
    static let greatestWords = 80

    /// The instructions that are there.
    var prompt: String
    /// A case with an answer that was not as wanted.
    var failing: CaseOutcome
    /// Cases that went well, at the edge of which the instruction must stop.
    var passing: [CaseOutcome]

    var request: Prompt {
        let mistake = failing.answers.first { !$0.passes }?.text ?? ""
        let edges = passing.compactMap { outcome in
            outcome.answers.first(where: \.passes).map {
                "### message\n\(outcome.question)\n### answer\n\($0.text)"
            }
        }
        let shown =
            edges.isEmpty
            ? ""
            : "\n\nThese answers were fine and should stay so:\n\(edges.joined(separator: "\n"))"
        return .user(
            """
            An assistant works by these instructions:
            ### instructions
            \(prompt.isEmpty ? "(none)" : prompt)
            ### end

            One of its answers was not as wanted.
            ### message
            \(failing.question)
            ### answer
            \(mistake)
            ### what was wanted
            \(failing.wanted)
            ### end\(shown)

            Which one instruction, added to those above, would have prevented the mistake? Write it as a \
            rule for all messages of this kind, in one or two sentences, and name nothing that stands in \
            this message. If it could be overdone, say where it stops. Reply with the instruction and \
            nothing else.
            """)
    }

    /// The instruction in a model's reply: its first paragraph in one line.
    static func instruction(in reply: String) -> String {
        MessageRequest.message(in: reply).split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }

    /// Asks for an example at the edge of an instruction: a message of another subject, and its answer.
    func exampleRequest(_ instruction: String) -> Prompt {
        .user(
            """
            An assistant is to follow this instruction:
            \(instruction)

            Write one example at its edge, where it is easy to follow it too little or too far: a short \
            message that a person might send, on another subject than this one: \(failing.question)
            And the answer as it should be. Reply with two lines and nothing else:
            Message: ...
            Answer: ...
            """)
    }

    /// The example in a model's reply as a line of a prompt; nil where it has not both parts.
    static func example(in reply: String) -> String? {
        func part(_ name: String) -> String? {
            let line = reply.split(whereSeparator: \.isNewline).map { String($0).trimmed }
                .first { $0.lowercased().hasPrefix(name) }
            let text = line.map { String($0.dropFirst(name.count)).trimmed }
            return text?.isEmpty == false ? text : nil
        }
        guard let message = part("message:"), let answer = part("answer:") else { return nil }
        return "For instance, to \"\(message)\": \(answer)"
    }

    /// The first five words in a row that an instruction shares with a case; nil where it copies
    /// nothing.
    static func copied(_ instruction: String, from cases: [String]) -> String? {
        let runs = Words(instruction).runs(of: 5)
        let taken = cases.reduce(into: Set<[String]>()) { $0.formUnion(Words($1).runs(of: 5)) }
        return runs.first(where: taken.contains)?.joined(separator: " ")
    }
}

extension Words {
    /// All stretches of so many words.
    fileprivate func runs(of length: Int) -> [[String]] {
        guard list.count >= length else { return [] }
        return (0...list.count - length).map { Array(list[$0..<$0 + length]) }
    }
}
