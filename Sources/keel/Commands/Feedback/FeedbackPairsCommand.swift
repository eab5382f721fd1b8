import ArgumentParser
import Foundation
import KeelFormats
import KeelStore

/// Preference rows.
struct FeedbackPairsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pairs",
        abstract: "Write preference rows: praised and complained of answers to the same question.",
        discussion: """
            The prompt begins with the system message under which the praised answer was given, its character's and \
            the person's own. Pairs of equal texts, which prefer nothing, are left out and counted.
            """)

    @Argument(help: "The store of keel serve.", completion: .file())
    var store: String

    @Option(help: "The JSON Lines file to write.", completion: .file())
    var out: String

    private struct Turn: Encodable {
        var role: String
        var content: String
    }

    private struct Row: Encodable {
        var prompt: [Turn]
        var chosen: [Turn]
        var rejected: [Turn]
    }

    /// What the server has noted of an answer, as far as it is needed here.
    private struct Details: Decodable {
        var system: String?
        var character: Bool
        var characterSystem: String?

        enum CodingKeys: String, CodingKey {
            case system, character
            case characterSystem = "character_system"
        }

        /// The system message under which the answer was given, an empty one where there was none;
        /// nil where the answer is older than the note of its character's prompt.
        var message: String? {
            if character, characterSystem == nil { return nil }
            return [characterSystem, system].compactMap(\.self).joined(separator: "\n\n")
        }
    }

    func run() async throws {
        let out = try NewOutput(out).path
        let feedback = try await openStore(store).feedback()
        let writer = try JSONLinesWriter(path: out)
        var count = 0
        var equal = 0
        var unknown = 0
        for (_, rivals) in Dictionary(grouping: feedback, by: \.parent)
            .sorted(by: { ($0.key ?? "") < ($1.key ?? "") })
        {
            for good in rivals where good.rating > 0 {
                for bad in rivals where bad.rating < 0 {
                    guard good.answer != bad.answer else {
                        equal += 1
                        continue
                    }
                    guard let system = Self.system(of: good) else {
                        unknown += 1
                        continue
                    }
                    let turns = good.conversation.map {
                        Turn(role: $0.role.rawValue, content: $0.content)
                    }
                    try writer.append(
                        Row(
                            prompt: (system.isEmpty ? [] : [Turn(role: "system", content: system)])
                                + turns,
                            chosen: [Turn(role: "assistant", content: good.answer)],
                            rejected: [Turn(role: "assistant", content: bad.answer)]))
                    count += 1
                }
            }
        }
        try writer.synchronize()
        Terminal.note("\(count) pairs in \(out).")
        if equal > 0 { Terminal.note("Left out, since both texts are equal: \(equal).") }
        if unknown > 0 {
            Terminal.note("Left out, since nobody kept the character's prompt: \(unknown).")
        }
    }

    /// The system message under which an answer was given; nil where nobody knows.
    private static func system(of feedback: Feedback) -> String? {
        guard let details = feedback.details else { return "" }
        return (try? JSONDecoder().decode(Details.self, from: details))?.message
    }
}
