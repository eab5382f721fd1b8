import ArgumentParser
import Foundation
import KeelEvaluation
import KeelStore
import Yams

/// Drafts of probes.
struct FeedbackProbesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probes", abstract: "Draft probes for a suite from complaints.",
        discussion: """
            Each complaint becomes a probe with its conversation and, as the bad continuation, the answer. A person \
            takes out what is private, writes good continuations, and accepts it; until then keel suite check \
            refuses the file.
            """)

    @Argument(help: "The store of keel serve.", completion: .file())
    var store: String

    @Option(help: "The file to write.", completion: .file())
    var out: String

    private struct Draft: Encodable {
        var id: String
        var cluster: String
        var messages: [[String: String]]
        var good: [String]
        var bad: [String]
    }

    func run() async throws {
        let out = try NewOutput(out).path
        let complaints = try await openStore(store).feedback().filter { $0.rating < 0 }
        let groups = ComplaintGroup.groups(
            of: complaints.map {
                Complaint(reason: $0.reason, question: $0.conversation.last?.content ?? "")
            })
        var text = """
            # Drafts from complaints. Take out what is private, write good continuations, and move what you
            # accept into a suite.

            """
        for group in groups {
            for place in group.members {
                let complaint = complaints[place]
                let draft = Draft(
                    id: "complaint-\(place + 1)", cluster: "complaint-\(group.cluster)",
                    messages: complaint.conversation.map { [$0.role.rawValue: $0.content] },
                    good: [], bad: [complaint.answer])
                let reason = complaint.reason.split(whereSeparator: \.isNewline)
                    .joined(separator: " ")
                text += "# Reason given: \(reason.isEmpty ? "none" : reason)\n"
                text += try YAMLEncoder().encode([draft])
            }
        }
        try Data(text.utf8).write(to: URL(filePath: out), options: .withoutOverwriting)
        Terminal.note("\(complaints.count) drafts in \(out).")
    }
}
