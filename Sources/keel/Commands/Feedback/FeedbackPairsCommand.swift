import ArgumentParser
import Foundation
import KeelFormats
import KeelStore

/// Preference rows.
struct FeedbackPairsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pairs",
        abstract: "Write preference rows: praised and complained of answers to the same question.")

    @Argument(help: "The store of keel serve.")
    var store: String

    @Option(help: "The JSON Lines file to write.")
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

    func run() async throws {
        let out = try NewOutput(out).path
        let feedback = try await openStore(store).feedback()
        let writer = try JSONLinesWriter(path: out)
        var count = 0
        for (_, rivals) in Dictionary(grouping: feedback, by: \.parent)
            .sorted(by: { ($0.key ?? "") < ($1.key ?? "") })
        {
            for good in rivals where good.rating > 0 {
                for bad in rivals where bad.rating < 0 {
                    try writer.append(
                        Row(
                            prompt: good.conversation.map {
                                Turn(role: $0.role.rawValue, content: $0.content)
                            },
                            chosen: [Turn(role: "assistant", content: good.answer)],
                            rejected: [Turn(role: "assistant", content: bad.answer)]))
                    count += 1
                }
            }
        }
        try writer.synchronize()
        Terminal.note("\(count) pairs in \(out).")
    }
}
